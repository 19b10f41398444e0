import { SDK_VERSION, type MigrationPhase } from '@trellis-crm/sdk';
import semver from 'semver';
import { quoteName } from '../../database/migrator/identifier.js';
import { schemaOf } from '../../database/migrator/index.js';
import { dependentsOf, findConflicts } from './dependencies.js';
import { discoverPlugins } from './discovery.js';
import { findCrossingKeys } from './foreign-keys.js';
import { getPlugin, readActive, toDependent, type LifecycleContext } from './lifecycle-context.js';
import { findPlugin, type PluginRow } from './plugin-row.js';

/** Verbs that can be planned. */
export type PlannedVerb = 'enable' | 'disable' | 'upgrade' | 'remove' | 'restore' | 'purge';

/** What a verb would do, read from manifest and database; none of the plugin's code runs for it. */
export interface Plan {
  readonly plugin: string;
  readonly verb: PlannedVerb;
  readonly version: string;
  /** In the order they happen, in words for people. */
  readonly steps: readonly string[];
  readonly migrations: readonly { readonly name: string; readonly phase: MigrationPhase }[];
  /** Plugins that would be switched on or off together with it. */
  readonly together: readonly string[];
  /** Rights on others' records that it asks for. */
  readonly capabilities: readonly string[];
  /** Rows that move aside or go, by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** What stands in the way; empty when it can be done. */
  readonly obstacles: readonly string[];
}

/** Works out what a verb would do. @throws NotFoundError `plugin_not_found` */
export async function plan(context: LifecycleContext, id: string, verb: PlannedVerb): Promise<Plan> {
  const { database, pluginsDir, log } = context.parts;
  await discoverPlugins(database.knex, pluginsDir, log);
  const row = await getPlugin(context, id);
  const part = await planners[verb](context, row);
  return {
    plugin: id,
    verb,
    version: row.version,
    steps: part.steps,
    migrations: part.migrations ?? [],
    together: part.together ?? [],
    capabilities: verb === 'enable' || verb === 'upgrade' ? row.package.capabilities : [],
    rows: part.rows ?? {},
    obstacles: part.obstacles ?? [],
  };
}

type PlanPart = Pick<Plan, 'steps'> & Partial<Pick<Plan, 'migrations' | 'together' | 'rows' | 'obstacles'>>;

const planners: Readonly<Record<PlannedVerb, (context: LifecycleContext, row: PluginRow) => Promise<PlanPart>>> = {
  enable: planEnable,
  disable: planDisable,
  upgrade: planEnable,
  remove: planRemove,
  restore: planRestore,
  purge: planPurge,
};

async function planEnable(context: LifecycleContext, row: PluginRow): Promise<PlanPart> {
  const active = new Map((await readActive(context)).map((plugin) => [plugin.id, plugin]));
  const migrations = await pendingMigrations(context, row);
  const together = await missingRequirements(context, row, new Set(active.keys()));
  const withThem = new Map<string, { readonly version: string }>(active);
  for (const other of together) withThem.set(other.id, other);
  const { sdk } = row.package;
  const obstacles = [
    ...findConflicts(toDependent(row), withThem),
    ...(semver.satisfies(SDK_VERSION, sdk)
      ? []
      : [`${row.id} ${row.version} needs SDK ${sdk}, this is ${SDK_VERSION}`]),
    ...(row.state === 'archived' ? [`${row.id} was removed; restore it first`] : []),
    ...(row.integrity === '' && row.reason !== null ? [row.reason] : []),
  ];
  const steps = [
    ...together.map((other) => `enable ${other.id}, which ${row.id} requires`),
    ...migrations.map(({ name, phase }) => `run migration ${name} (${phase}) in schema ${schemaOf(row.id)}`),
    ...(row.seededAt === null && row.package.manifest.seeds.first ? [`write the first rows of ${row.id}`] : []),
    `take ${row.id} ${row.version} into use in all processes`,
  ];
  return { steps, migrations, together: together.map(({ id }) => id), obstacles };
}

async function planDisable(context: LifecycleContext, row: PluginRow): Promise<PlanPart> {
  const together = dependentsOf(row.id, await readActive(context)).map(({ id }) => id);
  return {
    steps: [...together, row.id].map((id) => `take ${id} out of use in all processes; its data stays`),
    together,
    obstacles: row.state === 'active' || row.state === 'quarantined' ? [] : [`${row.id} is ${row.state}`],
  };
}

async function planRemove(context: LifecycleContext, row: PluginRow): Promise<PlanPart> {
  const dependents = dependentsOf(row.id, await readActive(context)).map(({ id }) => id);
  const schema = schemaOf(row.id);
  const keys = await context.parts.database.knex.transaction((trx) => findCrossingKeys(trx, schema));
  return {
    steps: [
      ...(row.state === 'active' ? [`take ${row.id} out of use in all processes`] : []),
      ...keys.map(({ table, name }) => `drop foreign key ${name} of ${table}, to be put back by restore`),
      `rename schema ${schema} and keep it for 30 days`,
      'take its subscriptions, schedules and grants out',
    ],
    rows: await countRows(context, schema),
    obstacles: [
      ...(row.state === 'archived' ? [`${row.id} is removed already`] : []),
      ...dependents.map((id) => `${id} cannot do without ${row.id}`),
    ],
  };
}

async function planRestore(context: LifecycleContext, row: PluginRow): Promise<PlanPart> {
  if (row.archive === null) return { steps: [], obstacles: [`${row.id} is not removed`] };
  const { schema, foreignKeys } = row.archive;
  return {
    steps: [
      `rename schema ${schema} back to ${schemaOf(row.id)}`,
      ...foreignKeys.map(({ table, name }) => `put foreign key ${name} of ${table} back`),
      `leave ${row.id} disabled`,
    ],
    rows: await countRows(context, schema),
  };
}

async function planPurge(context: LifecycleContext, row: PluginRow): Promise<PlanPart> {
  if (row.archive === null) return { steps: [], obstacles: [`${row.id} must be removed before it can be purged`] };
  const { schema } = row.archive;
  return {
    steps: ['write all rows to a file', `drop schema ${schema} for good`, `forget ${row.id}`],
    rows: await countRows(context, schema),
  };
}

async function pendingMigrations({ parts }: LifecycleContext, row: PluginRow): Promise<Plan['migrations']> {
  const applied = new Set<string>(await parts.database.knex('core.migrations').where({ module: row.id }).pluck('name'));
  return row.package.manifest.migrations
    .filter(({ name }) => !applied.has(name))
    .map(({ name, phase }) => ({ name, phase: phase as MigrationPhase }));
}

async function missingRequirements(
  context: LifecycleContext,
  row: PluginRow,
  active: ReadonlySet<string>,
  seen: Set<string> = new Set(),
): Promise<readonly PluginRow[]> {
  const found: PluginRow[] = [];
  for (const id of Object.keys(row.package.requires)) {
    if (active.has(id) || seen.has(id)) continue;
    seen.add(id);
    const required = await findPlugin(context.parts.database.knex, id);
    if (required === undefined || required.state === 'archived') continue;
    found.push(...(await missingRequirements(context, required, active, seen)), required);
  }
  return found;
}

async function countRows({ parts }: LifecycleContext, schema: string): Promise<Readonly<Record<string, number>>> {
  const tables = await parts.database
    .work('pg_tables')
    .where({ schemaname: schema })
    .orderBy('tablename')
    .pluck('tablename');
  const counts: Record<string, number> = {};
  for (const table of tables as readonly string[]) {
    const { rows } = await parts.database.work.raw<{ rows: { count: number }[] }>(
      `select count(*) as count from ${quoteName(schema)}.${quoteName(table)}`,
    );
    counts[table] = rows[0]?.count ?? 0;
  }
  return counts;
}
