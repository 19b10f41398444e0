import type { CompiledField, CompiledList } from '../compiled-entity.js';
import { listAlias, recordAlias } from '../compile-fields.js';
import { textLiteral } from '../sql.js';
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
  const members = (some: readonly CompiledField[]): Member[] =>
    some.map((field) => ({ name: field.name, value: fieldValue(field, included, prefix) }));
  const nested = [...plugins].map((plugin) => ({
    name: plugin,
    value: jsonObject(members(fields.filter((field) => field.plugin === plugin))),
  }));
  return [...members(own), ...nested].map(named).join(',\n    ');
}

/** One property of an object. */
interface Member {
  readonly name: string;
  /** SQL of its value. */
  readonly value: string;
}

function fieldValue(field: CompiledField, included: readonly NumberedInclude[], prefix: string): string {
  const here = included.filter(({ target }) => target.field === field);
  if (field.list !== null) return entries(field.list, here, prefix);
  const [include] = here;
  return include === undefined ? jsonValue(field, prefix) : recordOrId(include, columnSql(field, prefix));
}

/** Entries of a list in the form in which the record keeps them: a JSON array. */
export function storedForm(list: CompiledList): string {
  return `to_jsonb(${builtEntries(list, [], '')})`;
}

/** As the record keeps them, unless a ref in them is to be replaced; a subquery for each list otherwise, so that a page stays one statement. */
function entries(list: CompiledList, included: readonly NumberedInclude[], prefix: string): string {
  const built = builtEntries(list, included, prefix);
  if (list.storedKey === null || included.length > 0) return built;
  return `coalesce(${prefix}${recordAlias}."lists"->${textLiteral(list.storedKey)}, to_jsonb(${built}))`;
}

/** An array of JSON, which is answered as it is. */
function builtEntries(list: CompiledList, included: readonly NumberedInclude[], prefix: string): string {
  const members = list.items.map((item) => {
    const include = included.find(({ target }) => target.item === item);
    const value = include === undefined ? jsonValue(item, prefix) : recordOrId(include, columnSql(item, prefix));
    return { name: item.name, value };
  });
  return `array(select ${jsonObject(members)} ${entriesFrom(list, prefix)} order by ${prefix}${listAlias}."position")`;
}

/** The id stays where the actor may not read the record, or where it is in the trash. */
function recordOrId({ entity, fields, conditionText }: NumberedInclude, id: string): string {
  const columns = recordColumns(fields, [], includedPrefix);
  const from = fromClause(entity, sidesOf(fields), includedPrefix);
  const record = `select ${columns} ${from} where ${includedPrefix}r."id" = ${id} and ${conditionText}`;
  return `coalesce((select row_to_json(i) from (${record}) i), to_json(${id}))`;
}

/** A function of PostgreSQL takes 100 arguments at most; a row has room for more, but costs a subquery. */
const mostMembers = 50;

function jsonObject(members: readonly Member[]): string {
  if (members.length > mostMembers) return `(select row_to_json(o) from (select ${members.map(named).join(', ')}) o)`;
  return `json_build_object(${members.map(({ name, value }) => `${textLiteral(name)}, ${value}`).join(', ')})`;
}

/** Names of fields and ids of plugins are letters, digits and `-`. */
function named({ name, value }: Member): string {
  return `${value} as "${name.replaceAll('"', '')}"`;
}
