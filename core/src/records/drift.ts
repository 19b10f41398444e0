import type { Knex } from 'knex';
import type { CompiledEntity } from './compiled-entity.js';
import { expectedTables, type ExpectedColumn, type ExpectedTable } from './expected-tables.js';

/** One difference between what a declaration needs and what the database has. */
export interface Drift {
  readonly kind: 'missing_table' | 'missing_column' | 'wrong_type' | 'wrong_nullability' | 'missing_unique_index';
  readonly table: ExpectedTable;
  /** Column it is about; null when the whole table is missing. */
  readonly column: ExpectedColumn | null;
  /** What is wrong, for people. */
  readonly problem: string;
  /** What a migration would have to do. */
  readonly fix: string;
}

/** Compares the tables of entities with their declarations: two queries, however many entities. Further columns do no harm. */
export async function findDrift(knex: Knex, entities: readonly CompiledEntity[]): Promise<readonly Drift[]> {
  const expected = entities.flatMap(expectedTables);
  const actual = await readTables(knex, [...new Set(expected.map(({ schemaName }) => schemaName))]);
  return expected.flatMap((table) => compareTable(table, actual.get(nameOf(table))));
}

/** What a migration must add so that an entity's tables fit its declaration, for writing that migration. */
export async function missingParts(
  entity: CompiledEntity,
  database: { readonly knex: Knex },
): Promise<readonly Drift[]> {
  const drift = await findDrift(database.knex, [entity]);
  return drift.filter(
    ({ kind }) => kind === 'missing_table' || kind === 'missing_column' || kind === 'missing_unique_index',
  );
}

interface ActualColumn {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** Without precision. */
  readonly type: string;
  /** With precision: `numeric(19,4)`, `timestamp(3) with time zone`. */
  readonly full_type: string;
  readonly not_null: boolean;
}

interface ActualTable {
  readonly columns: ReadonlyMap<string, ActualColumn>;
  /** Columns with a unique index of their own. */
  readonly unique: ReadonlySet<string>;
}

async function readTables(knex: Knex, schemas: readonly string[]): Promise<ReadonlyMap<string, ActualTable>> {
  const columns: { readonly rows: readonly ActualColumn[] } = await knex.raw(columnsSql, [[...schemas]]);
  const unique: { readonly rows: readonly ActualColumn[] } = await knex.raw(uniqueSql, [[...schemas]]);
  const uniqueColumns = new Set(unique.rows.map(({ schema, table, column }) => `${schema}.${table}.${column}`));
  const tables = Map.groupBy(columns.rows, ({ schema, table }) => `${schema}.${table}`);
  return new Map(
    [...tables].map(([name, rows]) => [
      name,
      {
        columns: new Map(rows.map((row) => [row.column, row])),
        unique: new Set(rows.map(({ column }) => column).filter((column) => uniqueColumns.has(`${name}.${column}`))),
      },
    ]),
  );
}

const columnsSql = `
  select n.nspname as schema, c.relname as "table", a.attname as "column", format_type(a.atttypid, null) as type,
         format_type(a.atttypid, a.atttypmod) as full_type, a.attnotnull as not_null
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = any(?::text[]) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped`;

const uniqueSql = `
  select n.nspname as schema, c.relname as "table", a.attname as "column"
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where n.nspname = any(?::text[]) and i.indisunique and i.indisvalid and i.indnkeyatts = 1`;

function compareTable(table: ExpectedTable, actual: ActualTable | undefined): Drift[] {
  if (actual !== undefined) return table.columns.flatMap((column) => compareColumn(table, column, actual));
  const columns = table.columns.map(describe).join(', ');
  return [
    {
      kind: 'missing_table',
      table,
      column: null,
      problem: `table ${nameOf(table)} is missing`,
      fix: `create it with ${columns}`,
    },
  ];
}

function compareColumn(table: ExpectedTable, column: ExpectedColumn, actual: ActualTable): Drift[] {
  const found = actual.columns.get(column.name);
  const report = (kind: Drift['kind'], problem: string, fix: string): Drift => {
    return { kind, table, column, problem: `${nameOf(table)}.${column.name} ${problem}`, fix };
  };
  if (found === undefined) return [report('missing_column', 'is missing', `add ${describe(column)}`)];
  const wanted = wantedType(column);
  if (!fits(column, found)) return [report('wrong_type', `is ${found.full_type}`, `change it to ${wanted}`)];
  if (column.isUnique && !actual.unique.has(column.name))
    return [report('missing_unique_index', 'has no unique index', 'add one where deleted_at is null')];
  const [problem, fix] = wrongNullability(column, found) ?? [];
  return problem === undefined || fix === undefined ? [] : [report('wrong_nullability', problem, fix)];
}

function wrongNullability(
  { notNull }: ExpectedColumn,
  found: ActualColumn,
): [problem: string, fix: string] | undefined {
  if (notNull === 'must' && !found.not_null) return ['may be null', 'fill the gaps and make it not null'];
  return notNull === 'never' && found.not_null ? ['may not be null', 'drop its not-null constraint'] : undefined;
}

/** A wider type does; moments need whole milliseconds or they would not survive JSON and cursors. */
function fits(column: ExpectedColumn, { type, full_type: full }: ActualColumn): boolean {
  if (column.type === 'integer') return type === 'integer' || type === 'bigint';
  if (column.type === 'timestamp with time zone') return full === 'timestamp(3) with time zone';
  if (type !== column.type) return false;
  const scale = /^numeric\(\d+,(\d+)\)$/.exec(full)?.[1];
  return column.scale === null || scale === undefined || Number(scale) >= column.scale;
}

function wantedType({ type, scale }: ExpectedColumn): string {
  if (type === 'timestamp with time zone') return 'timestamptz(3)';
  return scale === null ? type : `numeric with ${scale} decimals`;
}

function describe(column: ExpectedColumn): string {
  return `${column.name} ${wantedType(column)}${column.notNull === 'must' ? ' not null' : ''}`;
}

function nameOf({ schemaName, tableName }: ExpectedTable): string {
  return `${schemaName}.${tableName}`;
}
