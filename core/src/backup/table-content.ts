import type { ClientBase } from 'pg';
import { ownSchemas } from './schema-scope.js';

/** A table and how its rows are read for an archive. */
export interface TableContent {
  /** Quoted, `"core"."accounts"` or `core.accounts`. */
  readonly name: string;
  /** Quoted; computed columns are not among them. */
  readonly columns: readonly string[];
  /** Query of one column `line`: a row as a JSON array of texts, in an order that depends on the rows only. */
  readonly query: string;
}

/** Every table of the installation, by name. */
export async function readTables(client: ClientBase): Promise<readonly TableContent[]> {
  const { rows } = await client.query<TableFacts>(tables);
  return rows.map((facts) => ({ name: facts.name, columns: facts.columns, query: queryOf(facts) }));
}

/** Every sequence of the installation, those of identity columns included. */
export async function readSequences(
  client: ClientBase,
): Promise<readonly { readonly name: string; readonly value: string; readonly isCalled: boolean }[]> {
  const { rows } = await client.query<{ name: string }>(sequences);
  const found = [];
  for (const { name } of rows) {
    const { rows: states } = await client.query<{ value: string; isCalled: boolean }>(
      `select last_value::text as value, is_called as "isCalled" from ${name}`,
    );
    found.push(...states.map((state) => ({ name, ...state })));
  }
  return found;
}

interface TableFacts {
  readonly name: string;
  readonly columns: readonly string[];
  /** What rows are sorted by: the primary key, or everything. */
  readonly order: readonly string[];
}

/** What belongs to processes of this moment, or to this copy, and not to the workspace. */
const leftOut: ReadonlySet<string> = new Set([
  'core.processes',
  'core.process_reports',
  'core.job_workers',
  'core.holds',
]);

/** What a job looks like that no process has taken: those that hold it now do not live in a restored copy. */
const blank: ReadonlySet<string> = new Set(
  ['_private_jobs', '_private_job_queues'].flatMap((table) =>
    ['locked_at', 'locked_by'].map((column) => `graphile_worker.${table}.${column}`),
  ),
);

function queryOf({ name, columns, order }: TableFacts): string {
  const values = columns.map((column) => (blank.has(`${name}.${column}`) ? 'null' : `${column}::text`));
  const condition = leftOut.has(name) ? ' where false' : '';
  return `select array_to_json(array[${values.join(', ')}]::text[]) as line from ${name}${condition} order by ${order.join(', ')}`;
}

/** Text is sorted by code point, so that databases of other locales give the same order. */
const sortKey = `case when a.attcollation <> 0 then format('%I collate "C"', a.attname) else quote_ident(a.attname) end`;

const tables = `
  select format('%I.%I', n.nspname, c.relname) as name, f.columns, coalesce(k.keys, f.everything) as "order"
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  cross join lateral (
    select array_agg(quote_ident(a.attname) order by a.attnum) as columns,
      array_agg(format('%I::text collate "C"', a.attname) order by a.attnum) as everything
    from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') f
  cross join lateral (
    select array_agg(${sortKey} order by array_position(p.conkey, a.attnum)) as keys
    from pg_constraint p join pg_attribute a on a.attrelid = p.conrelid and a.attnum = any (p.conkey)
    where p.conrelid = c.oid and p.contype = 'p') k
  where ${ownSchemas} and c.relkind = 'r' and f.columns is not null
  order by n.nspname, c.relname`;

const sequences = `
  select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${ownSchemas} and c.relkind = 'S' order by n.nspname, c.relname`;
