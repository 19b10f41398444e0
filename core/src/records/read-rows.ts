import type { Model, QueryBuilder } from 'objection';
import { raw } from 'objection';
import type { CompiledEntity, CompiledField, CompiledList } from './compiled-entity.js';
import { currencyColumn, listAlias, recordAlias, rowKey } from './compile-fields.js';
import { traitsOf } from './field-kinds.js';
import { quoted, schemaNameOf } from './names.js';
import type { ReadScope } from './record-scope.js';
import { literal, type Sql } from './sql.js';

/** A row as selected: values by {@link rowKey}. */
export type Row = Readonly<Record<string, unknown>>;

/** A read of an entity's table under construction. */
export type RecordsQuery = QueryBuilder<Model, Model[]>;

/** Starts a read: the table with the side tables of `plugins` joined, narrowed to what `conditions` let through. */
export function readFrom(
  scope: Pick<ReadScope, 'db'>,
  entity: CompiledEntity,
  conditions: readonly Sql[],
  fields: readonly CompiledField[] = [],
): RecordsQuery {
  const query = entity.model.query(scope.db).alias(recordAlias);
  const plugins = new Set([...conditions.flatMap((condition) => condition.plugins), ...sidesOf(fields)]);
  for (const plugin of plugins) joinSide(query, entity, plugin);
  for (const { text, bindings } of conditions) query.whereRaw(text, [...bindings]);
  return query;
}

/** Selects the columns of fields; lists come as JSON from a subquery, so that a page stays one statement. */
export function selectFields(query: RecordsQuery, fields: readonly CompiledField[]): RecordsQuery {
  for (const field of fields) {
    if (field.list !== null) query.select(raw(entriesOf(field.list)).as(rowKey(field)));
    else for (const [column, key] of selectedColumns(field)) query.select(`${field.alias}.${column} as ${key}`);
  }
  return query;
}

/** Runs a read. Rows are instances of the entity's model, of which only their values matter. */
export async function fetchRows(query: RecordsQuery): Promise<readonly Row[]> {
  return (await query) as unknown as readonly Row[];
}

/** SQL of a field's value. Without a row in the side table a plugin field has its default. */
export function columnSql({ alias, column, field, plugin }: CompiledField): string {
  const name = `${alias}.${quoted(column)}`;
  const fallback = plugin === null ? null : literal(field.default);
  return fallback === null ? name : `coalesce(${name}, ${fallback})`;
}

/** Plugins whose side tables hold some of the fields. */
export function sidesOf(fields: readonly CompiledField[]): string[] {
  return fields.flatMap(({ plugin, list }) => (plugin === null || list !== null ? [] : [plugin]));
}

/** From clause of a list's entries that belong to the record read. */
export function entriesFrom({ schemaName, tableName, ownerColumn }: CompiledList): string {
  return `from ${quoted(schemaName, tableName)} ${listAlias} where ${listAlias}.${quoted(ownerColumn)} = ${recordAlias}."id"`;
}

function joinSide(query: RecordsQuery, entity: CompiledEntity, plugin: string): void {
  const side = entity.extensions.get(plugin);
  const field = [...entity.fields.values()].find((candidate) => candidate.plugin === plugin);
  if (side === undefined || field === undefined) return;
  const table = `${schemaNameOf(plugin)}.${side.tableName} as ${field.alias}`;
  query.leftJoin(table, `${field.alias}.record_id`, `${recordAlias}.id`);
}

function selectedColumns(field: CompiledField): [column: string, key: string][] {
  const key = rowKey(field);
  if (field.field.kind !== 'money') return [[field.column, key]];
  return [
    [field.column, key],
    [currencyColumn(field.column), currencyColumn(key)],
  ];
}

/** Numbers leave PostgreSQL as text: parsed as JSON they would become floats. */
function entriesOf(list: CompiledList): string {
  const pairs = list.items.flatMap((item) =>
    selectedColumns(item).map(([column, key]) => {
      const value = `${listAlias}.${quoted(column)}`;
      return `'${key}', ${traitsOf(item.field).columnType === 'numeric' && column === item.column ? `${value}::text` : value}`;
    }),
  );
  const entry = `jsonb_build_object(${pairs.join(', ')})`;
  return `(select coalesce(jsonb_agg(${entry} order by ${listAlias}."position"), '[]') ${entriesFrom(list)})`;
}
