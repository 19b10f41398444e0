import type { FieldMap, PluginDefinition } from '@trellis-crm/sdk';
import type { Registrations } from '../registrations.js';
import type { PluginManifest } from './manifest-schema.js';

/** Writes down what a module registered, in an order that depends on the code only. */
export function describeModule(module: Registrations, hashes: ReadonlyMap<string, string>): PluginManifest {
  const { settings, seed, demo, migrations = [] } = module.definition;
  return toJson({
    id: module.module,
    ...describeDeclarations(module.definition),
    ...describeRegistrations(module),
    settings: settings?.schema ?? null,
    seeds: { first: seed !== undefined, demo: demo !== undefined },
    migrations: migrations.map(({ name, phase }) => ({ name, phase, hash: hashes.get(name) ?? '' })),
  });
}

function describeDeclarations(definition: PluginDefinition): object {
  const { entities = [], extend = [], emits = [], slots = [], points = [], permissions = {} } = definition;
  return {
    entities: entities.map(({ id, plural, title, owned, icon, fields }) => {
      return { id, plural, title, owned, icon, fields: describeFields(fields) };
    }),
    extensions: extend.map(({ entity, fields }) => ({ entity: entity.id, fields: describeFields(fields) })),
    permissions,
    slots: slots.map(({ id }) => id),
    points: points.map(({ id }) => id),
    emits: emits.map(({ id, version }) => ({ event: id, version })),
  };
}

function describeRegistrations(module: Registrations): object {
  return {
    routes: module.routes.flatMap((map) => Object.entries(map).map(([route, { access }]) => ({ route, access }))),
    pages: module.pages.flatMap((map) => Object.entries(map).map(([page, { access }]) => ({ page, access }))),
    panels: module.panels.map(({ slot, panel: { id, title, permission } }) => ({
      slot: slot.id,
      id,
      title,
      permission,
    })),
    blocks: module.blocks.map(({ page, block, op }) => ({ page, block, op })),
    contributions: module.contributions.map(({ point, value }) => ({ point: point.id, value: plainPart(value) })),
    subscriptions: module.subscriptions.map(({ event, name }) => ({ event: event.id, name })),
    live: module.live.map(({ event }) => event.id),
    guards: module.guards.map(({ entity, verb }) => `${entity}:${verb}`),
    jobs: module.jobs.map(({ name, schedule }) => ({ name, cron: schedule.cron })),
    contracts: module.providers.map(({ contract: { id, version, methods } }) => ({ contract: id, version, methods })),
  };
}

/** Entities are named by their ids: a manifest holds no other module's declaration. */
function describeFields(fields: FieldMap): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { target, item, ...rest }]) => [
      name,
      {
        ...rest,
        ...(target === undefined ? {} : { target: typeof target === 'string' ? target : target.id }),
        ...(item === undefined ? {} : { item: describeFields(item) }),
      },
    ]),
  );
}

/** A contribution's functions stay out, and declarations it mentions shrink to their ids. */
function plainPart(value: unknown): unknown {
  const shrink = (key: string, part: unknown): unknown => (key !== '' && isDeclaration(part) ? part.id : part);
  const plain = JSON.parse(JSON.stringify({ value }, shrink)) as { readonly value?: unknown };
  return plain.value ?? null;
}

function isDeclaration(part: unknown): part is { readonly id: string } {
  return typeof part === 'object' && part !== null && 'id' in part && typeof part.id === 'string' && 'fields' in part;
}

/** Through JSON once, so that it equals what was read from a file. */
function toJson(manifest: object): PluginManifest {
  return JSON.parse(JSON.stringify(manifest)) as PluginManifest;
}
