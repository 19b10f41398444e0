import type { FieldMap } from '@trellis-crm/sdk';
import type { Registrations } from '../registrations.js';
import type { PluginManifest } from './manifest-schema.js';

/** Writes down what a module registered, in an order that depends on the code only. */
export function describeModule(module: Registrations, hashes: ReadonlyMap<string, string>): PluginManifest {
  const { definition } = module;
  return toJson({
    id: module.module,
    entities: (definition.entities ?? []).map(({ id, plural, title, owned, icon, fields }) => ({
      id,
      plural,
      title,
      owned,
      icon,
      fields: describeFields(fields),
    })),
    extensions: (definition.extend ?? []).map(({ entity, fields }) => ({
      entity: entity.id,
      fields: describeFields(fields),
    })),
    permissions: definition.permissions ?? {},
    routes: module.routes.flatMap((map) => Object.entries(map).map(([route, { access }]) => ({ route, access }))),
    pages: module.pages.flatMap((map) => Object.entries(map).map(([page, { access }]) => ({ page, access }))),
    slots: (definition.slots ?? []).map(({ id }) => id),
    points: (definition.points ?? []).map(({ id }) => id),
    panels: module.panels.map(({ slot, panel }) => ({
      slot: slot.id,
      id: panel.id,
      title: panel.title,
      permission: panel.permission,
    })),
    blocks: module.blocks.map(({ page, block, op }) => ({ page, block, op })),
    contributions: module.contributions.map(({ point, value }) => ({ point: point.id, value: plainPart(value) })),
    emits: (definition.emits ?? []).map(({ id, version }) => ({ event: id, version })),
    subscriptions: module.subscriptions.map(({ event, name }) => ({ event: event.id, name })),
    live: module.live.map(({ event }) => event.id),
    guards: module.guards.map(({ entity, verb }) => `${entity}:${verb}`),
    jobs: module.jobs.map(({ name, schedule }) => ({ name, cron: schedule.cron })),
    contracts: module.providers.map(({ contract }) => ({
      contract: contract.id,
      version: contract.version,
      methods: contract.methods,
    })),
    settings: definition.settings?.schema ?? null,
    seeds: { first: definition.seed !== undefined, demo: definition.demo !== undefined },
    migrations: (definition.migrations ?? []).map(({ name, phase }) => ({ name, phase, hash: hashes.get(name) ?? '' })),
  });
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
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (key !== '' && isDeclaration(part) ? part.id : part)) ?? 'null',
  );
}

function isDeclaration(part: unknown): part is { readonly id: string } {
  return typeof part === 'object' && part !== null && 'id' in part && typeof part.id === 'string' && 'fields' in part;
}

/** Through JSON once, so that it equals what was read from a file. */
function toJson(manifest: object): PluginManifest {
  return JSON.parse(JSON.stringify(manifest)) as PluginManifest;
}
