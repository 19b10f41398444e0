import type { CompiledField, CompiledList } from '../compiled-entity.js';
import { listAlias } from '../compile-fields.js';
import type { Included } from './included.js';
import { jsonValue } from './json-value.js';
import { columnSql, entriesFrom, fromClause, includedPrefix, sidesOf } from './source.js';

/** How refs of a record are answered: by the path of the ref, the record in its place. */
export interface NumberedInclude extends Included {
  /** Its condition, with numbered placeholders. */
  readonly conditionText: string;
}

/** Select list whose row, turned into JSON, is the record: own fields side by side, those of a plugin in one object. */
export function recordColumns(
  fields: readonly CompiledField[],
  included: readonly NumberedInclude[],
  prefix = '',
): string {
  const own = fields.filter(({ plugin }) => plugin === null);
  const plugins = new Set(fields.flatMap(({ plugin }) => plugin ?? []));
  const columns = (some: readonly CompiledField[]): string[] =>
    some.map((field) => named(field.name, fieldColumn(field, included, prefix)));
  const nested = [...plugins].map((plugin) =>
    named(plugin, asObject(columns(fields.filter((field) => field.plugin === plugin)).join(', '))),
  );
  return [...columns(own), ...nested].join(',\n    ');
}

function fieldColumn(field: CompiledField, included: readonly NumberedInclude[], prefix: string): string {
  const here = included.filter(({ target }) => target.field === field);
  if (field.list !== null) return entries(field.list, here, prefix);
  const [include] = here;
  return include === undefined ? jsonValue(field, prefix) : recordOrId(include, columnSql(field, prefix));
}

/** A subquery for each list, so that a page stays one statement; an array of JSON is answered as it is. */
function entries(list: CompiledList, included: readonly NumberedInclude[], prefix: string): string {
  const columns = list.items.map((item) => {
    const include = included.find(({ target }) => target.item === item);
    const value = include === undefined ? jsonValue(item, prefix) : recordOrId(include, columnSql(item, prefix));
    return named(item.name, value);
  });
  const entry = `select ${columns.join(', ')} ${entriesFrom(list, prefix)} order by ${prefix}${listAlias}."position"`;
  return `array(select row_to_json(e) from (${entry}) e)`;
}

/** The id stays where the actor may not read the record, or where it is in the trash. */
function recordOrId({ entity, fields, conditionText }: NumberedInclude, id: string): string {
  const columns = recordColumns(fields, [], includedPrefix);
  const from = fromClause(entity, sidesOf(fields), includedPrefix);
  const record = `select ${columns} ${from} where ${includedPrefix}r."id" = ${id} and ${conditionText}`;
  return `coalesce((select row_to_json(i) from (${record}) i), to_json(${id}))`;
}

function asObject(columns: string): string {
  return `(select row_to_json(o) from (select ${columns}) o)`;
}

/** Names of fields and ids of plugins are letters, digits and `-`. */
function named(name: string, value: string): string {
  return `${value} as "${name.replaceAll('"', '')}"`;
}
