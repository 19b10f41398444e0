import type { CompiledField, CompiledList, RecordStatements } from './compiled-entity.js';
import { currencyColumn, recordAlias } from './compile-fields.js';
import { traitsOf } from './field-kinds.js';
import { quoted } from './names.js';

/** One column as it stands in a JSON row. */
interface Column {
  readonly name: string;
  readonly type: string;
}

/** Writes the statements of an entity. */
export function recordStatements(
  table: { readonly schemaName: string; readonly tableName: string },
  fields: readonly CompiledField[],
  extensions: ReadonlyMap<string, { readonly tableName: string }>,
  schemaOfPlugin: (plugin: string) => string,
): RecordStatements {
  const name = quoted(table.schemaName, table.tableName);
  const columns = fields.filter(({ alias, path }) => alias === recordAlias && path !== 'deletedAt').flatMap(columnsOf);
  const lists = fields.flatMap((field) =>
    field.list === null ? [] : [[field.path, replaceList(field.list)] as const],
  );
  const sides = [...extensions].map(([plugin, { tableName }]) => {
    const side = fields.filter((field) => field.plugin === plugin).flatMap(columnsOf);
    return [plugin, saveSide(quoted(schemaOfPlugin(plugin), tableName), side)] as const;
  });
  return {
    insert: insertInto(name, columns),
    update: updateOf(name, columns),
    saveSide: new Map(sides),
    replaceList: new Map(lists),
  };
}

/** Columns of one field with their types. */
export function columnsOf({ field, column }: CompiledField): readonly Column[] {
  const { columnType } = traitsOf(field);
  if (columnType === null) return [];
  if (field.kind !== 'money') return [{ name: column, type: columnType }];
  return [
    { name: column, type: columnType },
    { name: currencyColumn(column), type: 'text' },
  ];
}

function insertInto(table: string, columns: readonly Column[]): string {
  return `insert into ${table} (${names(columns)}) select ${names(columns)} from ${rowsOf(columns)}`;
}

/** `created_*` and the id never change. */
function updateOf(table: string, columns: readonly Column[]): string {
  const changing = columns.filter(({ name }) => !['id', 'created_at', 'created_by'].includes(name));
  const sets = changing.map(({ name }) => `${quoted(name)} = v.${quoted(name)}`).join(', ');
  const typed = columns.filter((column) => column.name === 'id' || changing.includes(column));
  return `update ${table} as t set ${sets} from ${rowsOf(typed)} where t.id = v.id`;
}

function saveSide(table: string, columns: readonly Column[]): string {
  const all = [{ name: 'record_id', type: 'uuid' }, ...columns];
  if (columns.length === 0) return `${insertInto(table, all)} on conflict (record_id) do nothing`;
  const sets = columns.map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ');
  return `${insertInto(table, all)} on conflict (record_id) do update set ${sets}`;
}

function replaceList(list: CompiledList): { clear: string; insert: string } {
  const table = quoted(list.schemaName, list.tableName);
  const columns = [
    { name: list.ownerColumn, type: 'uuid' },
    { name: 'position', type: 'integer' },
    ...list.items.flatMap(columnsOf),
  ];
  return {
    clear: `delete from ${table} where ${quoted(list.ownerColumn)} = any(?::uuid[])`,
    insert: insertInto(table, columns),
  };
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => quoted(name)).join(', ');
}

function rowsOf(columns: readonly Column[]): string {
  return `jsonb_to_recordset(?::jsonb) as v(${columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')})`;
}
