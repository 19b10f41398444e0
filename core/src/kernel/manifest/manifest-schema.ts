import { Type, type Static } from '@trellis-crm/sdk';

const closed = { additionalProperties: false };
const text = Type.String();
const textList = Type.Array(text);
const record = <T extends Parameters<typeof Type.Record>[1]>(value: T) => Type.Record(Type.String(), value);

/** Declaration of one field as data, without what only types know. */
const fields = record(Type.Object({ kind: text }, { additionalProperties: true }));

/** JSON Schema of `manifest.json`: everything a plugin contributes, written by the build from the code. */
export const PluginManifestSchema = Type.Object(
  {
    id: text,
    entities: Type.Array(
      Type.Object(
        { id: text, plural: text, title: text, owned: Type.Boolean(), icon: Type.Optional(text), fields },
        closed,
      ),
    ),
    extensions: Type.Array(Type.Object({ entity: text, fields }, closed)),
    permissions: record(Type.Object({ label: text, grants: record(text) }, closed)),
    routes: Type.Array(Type.Object({ route: text, access: text }, closed)),
    pages: Type.Array(Type.Object({ page: text, access: text }, closed)),
    slots: textList,
    points: textList,
    panels: Type.Array(Type.Object({ slot: text, id: text, title: text, permission: text }, closed)),
    blocks: Type.Array(Type.Object({ page: text, block: text, op: text }, closed)),
    contributions: Type.Array(Type.Object({ point: text, value: Type.Unknown() }, closed)),
    emits: Type.Array(Type.Object({ event: text, version: Type.Integer() }, closed)),
    subscriptions: Type.Array(Type.Object({ event: text, name: text }, closed)),
    live: textList,
    guards: textList,
    jobs: Type.Array(Type.Object({ name: text, cron: Type.Optional(text) }, closed)),
    contracts: Type.Array(Type.Object({ contract: text, version: text, methods: textList }, closed)),
    settings: Type.Union([Type.Null(), Type.Object({}, { additionalProperties: true })]),
    /** First rows that enabling writes once; demo rows on request. */
    seeds: Type.Object({ first: Type.Boolean(), demo: Type.Boolean() }, closed),
    migrations: Type.Array(
      Type.Object({ name: text, phase: text, hash: Type.String({ pattern: '^[0-9a-f]{64}$' }) }, closed),
    ),
  },
  closed,
);

/** Everything a plugin contributes, readable without running it. */
export type PluginManifest = Static<typeof PluginManifestSchema>;
