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

/**
 * Where entries of lists come from: `stored` with the record, so that one of which they are not stored shows null; `built` from the child
 * tables where they are not. A subquery costs something even if it is never run: the database prepares it at each use.
 */
export type ListSource = 'stored' | 'built';

/** How a record is written as JSON. */
export interface RecordForm {
  readonly lists: ListSource;
  /** In front of the aliases; nothing for the record read. */
  readonly prefix: string;
}

/** Select list whose row, turned into JSON, is the record: own fields side by side, those of a plugin in one object. */
export function recordColumns(
  fields: readonly CompiledField[],
  included: readonly NumberedInclude[],
  form: RecordForm,
): string {
  const own = fields.filter(({ plugin }) => plugin === null);
  const plugins = new Set(fields.flatMap(({ plugin }) => plugin ?? []));
  const members = (some: readonly CompiledField[]): Member[] =>
    some.map((field) => ({ name: field.name, value: fieldValue(field, included, form) }));
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

function fieldValue(field: CompiledField, included: readonly NumberedInclude[], form: RecordForm): string {
  const here = included.filter(({ target }) => target.field === field);
  if (field.list !== null) return entries(field.list, here, form);
  const [include] = here;
  if (include === undefined) return jsonValue(field, form.prefix);
  return recordOrId(include, columnSql(field, form.prefix), form.lists);
}

/** Entries of a list in the form in which the record keeps them: a JSON array. */
export function storedForm(list: CompiledList): string {
  return `to_jsonb(${builtEntries(list, [], { lists: 'built', prefix: '' })})`;
}

/** Entries of a list as an answer has them, with ids for refs. */
export function listValue(list: CompiledList, lists: ListSource): string {
  return entries(list, [], { lists, prefix: '' });
}

/** As the record keeps them, unless a ref in them is to be replaced; a subquery for each list otherwise, so that a page stays one statement. */
function entries(list: CompiledList, included: readonly NumberedInclude[], form: RecordForm): string {
  if (list.storedKey === null || included.length > 0) return builtEntries(list, included, form);
  const stored = `${form.prefix}${recordAlias}."lists"->${textLiteral(list.storedKey)}`;
  return form.lists === 'stored' ? stored : `coalesce(${stored}, to_jsonb(${builtEntries(list, included, form)}))`;
}

/** An array of JSON, which is answered as it is. */
function builtEntries(list: CompiledList, included: readonly NumberedInclude[], { lists, prefix }: RecordForm): string {
  const members = list.items.map((item) => {
    const include = included.find(({ target }) => target.item === item);
    const value = include === undefined ? jsonValue(item, prefix) : recordOrId(include, columnSql(item, prefix), lists);
    return { name: item.name, value };
  });
  return `array(select ${jsonObject(members)} ${entriesFrom(list, prefix)} order by ${prefix}${listAlias}."position")`;
}

/** The id stays where the actor may not read the record, or where it is in the trash. */
function recordOrId({ entity, fields, conditionText }: NumberedInclude, id: string, lists: ListSource): string {
  const columns = recordColumns(fields, [], { lists, prefix: includedPrefix });
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
