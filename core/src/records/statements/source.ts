import type { CompiledEntity, CompiledField, CompiledList } from '../compiled-entity.js';
import { listAlias, recordAlias } from '../compile-fields.js';
import { quoted, schemaNameOf } from '../names.js';
import { literal } from '../sql.js';

/** In front of the aliases of a record that is read inside another one's statement. */
export const includedPrefix = 'i_';

/** SQL of a field's value. Without a row in the side table a plugin field has its default. */
export function columnSql({ alias, column, field, plugin }: CompiledField, prefix = ''): string {
  const name = `${prefix}${alias}.${quoted(column)}`;
  const fallback = plugin === null ? null : literal(field.default);
  return fallback === null ? name : `coalesce(${name}, ${fallback})`;
}

/** The entity's own table. */
export function tableOf({ schemaName, tableName }: CompiledEntity): string {
  return quoted(schemaName, tableName);
}

/** From clause of a read: the entity's table, or a subquery in its place, and the side tables of some plugins. */
export function fromClause(
  entity: CompiledEntity,
  plugins: readonly string[],
  prefix = '',
  table = tableOf(entity),
): string {
  const joins = [...new Set(plugins)].map((plugin) => joinOf(entity, plugin, prefix));
  return `from ${table} ${prefix}${recordAlias}${joins.join('')}`;
}

/** Plugins whose side tables hold some of the fields. */
export function sidesOf(fields: readonly CompiledField[]): readonly string[] {
  return fields.flatMap(({ plugin, list }) => (plugin === null || list !== null ? [] : [plugin]));
}

/** From clause of a list's entries that belong to the record read. */
export function entriesFrom({ schemaName, tableName, ownerColumn }: CompiledList, prefix = ''): string {
  const entry = `${prefix}${listAlias}`;
  return `from ${quoted(schemaName, tableName)} ${entry} where ${entry}.${quoted(ownerColumn)} = ${prefix}${recordAlias}."id"`;
}

function joinOf(entity: CompiledEntity, plugin: string, prefix: string): string {
  const side = entity.extensions.get(plugin);
  const field = [...entity.fields.values()].find((candidate) => candidate.plugin === plugin);
  if (side === undefined || field === undefined) return '';
  const alias = `${prefix}${field.alias}`;
  const table = quoted(schemaNameOf(plugin), side.tableName);
  return ` left join ${table} ${alias} on ${alias}."record_id" = ${prefix}${recordAlias}."id"`;
}
