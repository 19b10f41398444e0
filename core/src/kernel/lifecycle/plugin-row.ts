import type { Knex } from 'knex';
import type { DescribedPlugin } from '../manifest/plugin-package.js';
import type { CrossingKey } from './foreign-keys.js';

/** What is true of a plugin in the database. What one process cannot run is not stored: another one may. */
export type StoredState = 'staged' | 'disabled' | 'active' | 'quarantined' | 'archived';

/** What archiving took out of the database, to be put back by restoring. */
export interface ArchiveRecord {
  /** Name the schema has meanwhile. */
  readonly schema: string;
  /** Foreign keys that left or entered the schema. */
  readonly foreignKeys: readonly CrossingKey[];
  /** Deviations from the presets that admins had made. */
  readonly grants: readonly object[];
}

/** One installed or offered plugin. */
export interface PluginRow {
  readonly id: string;
  readonly version: string;
  readonly state: StoredState;
  /** Why it does not run as it should, for people; null when all is well. */
  readonly reason: string | null;
  /** Folder of the code. */
  readonly location: string;
  /** Hash of the package's files; another one is another code. */
  readonly integrity: string;
  readonly package: DescribedPlugin;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
  readonly archive: ArchiveRecord | null;
  readonly archivedAt: Date | null;
  readonly seededAt: Date | null;
  readonly exportedAt: Date | null;
}

/** Every plugin the database knows, by id. */
export async function readPlugins(connection: Knex): Promise<readonly PluginRow[]> {
  const rows: readonly Columns[] = await connection<Columns>('core.plugins').orderBy('id');
  return rows.map(fromColumns);
}

/** One plugin, or undefined. */
export async function findPlugin(connection: Knex, id: string): Promise<PluginRow | undefined> {
  const row: Columns | undefined = await connection<Columns>('core.plugins').where({ id }).first();
  return row === undefined ? undefined : fromColumns(row);
}

/** Writes a plugin that was found or installed: a new row, or new code of a known one. */
export async function savePackage(
  connection: Knex,
  plugin: DescribedPlugin,
  integrity: string,
  state: StoredState,
): Promise<void> {
  const facts = { version: plugin.version, location: plugin.folder, integrity, package: JSON.stringify(plugin) };
  await connection('core.plugins')
    .insert({ id: plugin.id, state, ...facts })
    .onConflict('id')
    .merge({ ...facts, changed_at: connection.fn.now() });
}

/** Changes facts of a plugin; those left out stay. */
export async function updatePlugin(connection: Knex, id: string, change: PluginChange): Promise<void> {
  const columns = Object.entries(change).map(
    ([name, value]) => [columnNames.get(name) ?? name, toColumn(value)] as const,
  );
  await connection('core.plugins')
    .where({ id })
    .update({ ...Object.fromEntries(columns), changed_at: connection.fn.now() });
}

const columnNames: ReadonlyMap<string, string> = new Map([
  ['archivedAt', 'archived_at'],
  ['seededAt', 'seeded_at'],
  ['exportedAt', 'exported_at'],
]);

/** Objects and lists stand in JSON columns. */
function toColumn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !(value instanceof Date) ? JSON.stringify(value) : value;
}

/** Facts {@link updatePlugin} can change. */
export type PluginChange = Partial<Omit<PluginRow, 'id' | 'version' | 'location' | 'package'>>;

/** The number all processes ought to serve. */
export async function readNumber(connection: Knex): Promise<number> {
  const row = await connection<{ number: number }>('core.generation').first('number');
  return row?.number ?? 0;
}

/** Says that what is active changed. In the transaction that changes it. @returns the new number */
export async function raiseNumber(connection: Knex): Promise<number> {
  const { rows } = await connection.raw<{ rows: readonly { number: number }[] }>(
    'update core.generation set number = number + 1, changed_at = now() returning number',
  );
  return rows[0]?.number ?? 0;
}

interface Columns {
  readonly id: string;
  readonly version: string;
  readonly state: StoredState;
  readonly reason: string | null;
  readonly location: string;
  readonly integrity: string;
  readonly package: DescribedPlugin;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
  readonly archive: ArchiveRecord | null;
  readonly archived_at: Date | null;
  readonly seeded_at: Date | null;
  readonly exported_at: Date | null;
}

function fromColumns(row: Columns): PluginRow {
  const { archived_at: archivedAt, seeded_at: seededAt, exported_at: exportedAt, ...same } = row;
  return { ...same, archivedAt, seededAt, exportedAt };
}
