import { PluginError, type EntityDefinition, type PermissionDefinition, type PermissionKey } from '@trellis-crm/sdk';
import type { Endpoint } from '../http/endpoint.js';
import type { CompiledEntity, OwnedExtension } from '../records/compiled-entity.js';
import { derivePermissions, fieldPermissions } from './derived-permissions.js';
import { extensionField } from './extension-field.js';
import type { EndpointMatch, Generation } from './generation.js';
import type { GenerationParts } from './generation-parts.js';
import { pageEndpoints } from './page-endpoints.js';
import { declarationError } from './registration-checks.js';
import type { Registrations } from './registrations.js';
import { routeEndpoints } from './route-endpoints.js';
import { createRouteTable, DuplicateRouteError, type RouteTable } from './route-table.js';

/** What makes one generation differ from another. */
export interface GenerationInput {
  readonly number: number;
  /** Core first, then the active plugins in dependency order. */
  readonly modules: readonly Registrations[];
  /** Ids of plugins that are installed but not active: their paths answer `plugin_disabled`. */
  readonly inactive: ReadonlySet<string>;
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  signalOf(module: string): AbortSignal;
}

/**
 * Composes the registries of all modules. Works everything out once that requests would otherwise work out each time.
 * @throws PluginError naming the plugin that collides with another module
 */
export function buildGeneration(input: GenerationInput, parts: GenerationParts): Generation {
  const { modules } = input;
  const entities = compileEntities(modules, parts);
  const permissions = collectPermissions(modules);
  const endpoints = [
    ...parts.coreEndpoints,
    ...[...entities.values()].flatMap((entity) => parts.entityEndpoints(entity, entities)),
    ...modules.flatMap((module) => [...routeEndpoints(module, parts), ...pageEndpoints(module, parts)]),
  ];
  checkAccess(endpoints, permissions);
  const table = buildTable(endpoints);
  return {
    number: input.number,
    modules,
    entities,
    permissions,
    endpoints,
    ...collectRegistries(modules),
    settings: input.settings,
    views: parts.createViews(modules),
    signalOf: (module) => input.signalOf(module),
    match: (method, path): EndpointMatch => {
      const found = table.match(method, path);
      const plugin = found.kind === 'found' ? undefined : inactiveOwner(path, input.inactive);
      return plugin === undefined ? found : { kind: 'plugin-disabled', plugin };
    },
  };
}

type Registries = Pick<
  Generation,
  'events' | 'panels' | 'blocks' | 'contributions' | 'subscriptions' | 'live' | 'guards' | 'jobs' | 'contracts'
>;

function collectRegistries(modules: readonly Registrations[]): Registries {
  const all = <T>(list: (module: Registrations) => readonly T[]): readonly T[] => modules.flatMap(list);
  const sorted = modules.toSorted((a, b) =>
    a.module === 'core' ? -1 : b.module === 'core' ? 1 : a.module < b.module ? -1 : 1,
  );
  const panels = sorted.flatMap((owner) =>
    owner.panels.map(({ slot, panel }) => [slot.id, { ...panel, module: owner.module }] as const),
  );
  const blocks = sorted.flatMap((owner) =>
    owner.blocks.map((block) => [block.page, { ...block, module: owner.module }] as const),
  );
  const values = sorted.flatMap((owner) =>
    owner.contributions.map(({ point, value }) => [point.id, { module: owner.module, value }] as const),
  );
  return {
    events: new Map(all((owner) => owner.definition.emits ?? []).map((event) => [event.id, event])),
    panels: groupBy(panels.toSorted(([, a], [, b]) => (a.order ?? 100) - (b.order ?? 100))),
    blocks: groupBy(blocks),
    contributions: groupBy(values),
    subscriptions: groupBy(all((owner) => owner.subscriptions).map((item) => [item.event.id, item] as const)),
    live: groupBy(all((owner) => owner.live).map((item) => [item.event.id, item] as const)),
    guards: groupBy(all((owner) => owner.guards).map((item) => [`${item.entity}:${item.verb}`, item] as const)),
    jobs: new Map(all((owner) => owner.jobs).map((job) => [`${job.module}:${job.name}`, job])),
    contracts: new Map(
      modules.flatMap((owner) =>
        owner.providers.map((provider) => [provider.contract.id, { module: owner.module, ...provider }] as const),
      ),
    ),
  };
}

function compileEntities(
  modules: readonly Registrations[],
  parts: GenerationParts,
): ReadonlyMap<string, CompiledEntity> {
  const declared = new Map(
    modules.flatMap(({ definition }) => (definition.entities ?? []).map((entity) => [entity.id, entity] as const)),
  );
  const extensions = groupBy(
    modules.flatMap(({ module, definition }) =>
      (definition.extend ?? []).map((extension) => [extension.entity.id, { ...extension, plugin: module }] as const),
    ),
  );
  return new Map(
    [...declared].map(([id, definition]) => [id, compile(definition, extensions.get(id) ?? [], declared, parts)]),
  );
}

function compile(
  definition: EntityDefinition,
  extensions: readonly OwnedExtension[],
  declared: ReadonlyMap<string, EntityDefinition>,
  parts: GenerationParts,
): CompiledEntity {
  try {
    return parts.compileEntity(definition, extensions, declared);
  } catch (error) {
    throw declarationError(
      definition.module,
      'entity_invalid',
      `entity "${definition.id}" cannot be compiled: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

function collectPermissions(modules: readonly Registrations[]): Generation['permissions'] {
  const permissions = new Map<PermissionKey, PermissionDefinition & { readonly module: string }>();
  for (const { module, definition } of modules) {
    const derived = (definition.entities ?? []).flatMap(derivePermissions);
    const restricted = (definition.extend ?? []).flatMap(({ entity, fields }) =>
      Object.entries(fields).flatMap(([name, field]) =>
        field.restricted === true ? fieldPermissions(extensionField(entity.id, module, name)) : [],
      ),
    );
    const declared = Object.entries(definition.permissions ?? {}) as [PermissionKey, PermissionDefinition][];
    for (const [key, permission] of [...derived, ...restricted, ...declared])
      permissions.set(key, { ...permission, module });
  }
  return permissions;
}

/** A right nobody declares can be granted to nobody: the endpoint would be dead, or open by mistake. */
function checkAccess(endpoints: readonly Endpoint[], permissions: Generation['permissions']): void {
  for (const { access, method, path, module } of endpoints) {
    if (access === 'signed-in' || access === 'public' || permissions.has(access)) continue;
    throw declarationError(
      module,
      'permission_not_declared',
      `${method} ${path} asks for the right "${access}", which no active module declares`,
    );
  }
}

function buildTable(endpoints: readonly Endpoint[]): RouteTable {
  try {
    return createRouteTable(endpoints);
  } catch (error) {
    if (!(error instanceof DuplicateRouteError)) throw error;
    const blamed = error.second.module === 'core' ? error.first : error.second;
    throw new PluginError(
      'route_taken',
      { module: blamed.module, path: blamed.path },
      { message: error.message, cause: error },
    );
  }
}

/** Plugin whose page (`/sales/…`) or route (`/api/v1/sales/…`) was asked for while it is switched off. */
function inactiveOwner(path: string, inactive: ReadonlySet<string>): string | undefined {
  const [first = '', second = '', third = ''] = path.slice(1).split('/');
  const candidate = first === 'api' && second === 'v1' ? third : first;
  return inactive.has(candidate) ? candidate : undefined;
}

function groupBy<T>(entries: Iterable<readonly [string, T]>): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, item] of entries) {
    const group = groups.get(key) ?? [];
    group.push(item);
    groups.set(key, group);
  }
  return groups;
}
