import type { CompiledField } from './compiled-entity.js';
import { currencyColumn, listAlias } from './compile-fields.js';
import { compare, emptiness, withAll } from './conditions/compare.js';
import { currencyReader, readerOf, type Asker, type ValueReader } from './conditions/read-values.js';
import type { FieldTarget } from './field-access.js';
import { traitsOf, type Operator } from './field-kinds.js';
import { linkValue } from './filter-values.js';
import { isLinks, linkIdColumn, type LinkEntry } from './links.js';
import { quoted } from './names.js';
import { columnSql, entriesFrom } from './statements/source.js';
import { around, sql, type Sql } from './sql.js';

/** Operators a target understands. */
export function operatorsOf({ field, item, part }: FieldTarget): readonly Operator[] {
  return part === 'currency' ? ['eq', 'ne', 'in', 'notIn'] : traitsOf((item ?? field).field).operators;
}

/** One comparison that is asked for. */
export interface Comparison {
  readonly target: FieldTarget;
  readonly operator: Operator;
  /** An array for `in`, `notIn` and `between`. */
  readonly value: unknown;
}

/** One comparison as SQL; undefined when the value is none of the field's kind. */
export function compileComparison({ target, operator, value }: Comparison, asker: Asker): Sql | undefined {
  const { field, item } = target;
  if (item !== null) return compileEntry(field, item, { operator, value, reader: readerOf(item, asker) });
  if (field.list !== null) return compareAll(field, operator, value);
  const plugins = field.plugin === null ? [] : [field.plugin];
  const column =
    target.part === 'currency' ? `${field.alias}.${quoted(currencyColumn(field.column))}` : columnSql(field);
  const reader = target.part === 'currency' ? currencyReader : readerOf(field, asker);
  const compiled =
    field.field.kind === 'choices'
      ? compareSet(column, operator, value, reader)
      : compare(column, operator, value, reader);
  return compiled === undefined ? undefined : { ...compiled, plugins };
}

/** Conditions on a field of several choices look for one among them. */
function compareSet(column: string, operator: Operator, value: unknown, reader: ValueReader): Sql | undefined {
  if (operator === 'empty')
    return emptiness(value, (isEmpty) => sql(`cardinality(${column}) ${isEmpty ? '=' : '>'} 0`));
  if (operator === 'in') return withAll(value, reader, (_type, all) => sql(`${column} && ?::text[]`, [all]));
  if (operator === 'notIn')
    return withAll(value, reader, (_type, all) => sql(`not ${column} && ?::text[]`, [all]), 'true');
  const one = reader.one(value);
  if (one === undefined) return undefined;
  return sql(`${operator === 'ne' ? 'not ' : ''}${column} @> array[?::text]`, [one.value]);
}

/** Conditions on entries as such: where they lead to, or that there are none. */
function compareAll(field: CompiledField, operator: Operator, value: unknown): Sql | undefined {
  if (isLinks(field.field) && operator !== 'empty') return compareLinks(field, operator, value);
  return emptiness(value, (isEmpty) => sql(`${isEmpty ? 'not ' : ''}exists (select 1 ${entriesOf(field)})`));
}

/** What is wanted of entries. */
interface EntryComparison extends Pick<Comparison, 'operator' | 'value'> {
  readonly reader: ValueReader;
}

/** Negative operators and the ones whose opposite is looked for among entries. */
const opposites: Readonly<Partial<Record<Operator, Operator>>> = { ne: 'eq', notIn: 'in', notContains: 'contains' };

/** Conditions on entries: some entry is like that; for `empty` and negative ones, none is. */
function compileEntry(
  list: CompiledField,
  item: CompiledField,
  { operator, value, reader }: EntryComparison,
): Sql | undefined {
  const column = `${listAlias}.${quoted(item.column)}`;
  const exists = (isThere: boolean, condition: Sql): Sql =>
    around(`${isThere ? '' : 'not '}exists (select 1 ${entriesOf(list)} and `, condition, ')');
  if (operator === 'empty') return emptiness(value, (isEmpty) => exists(!isEmpty, sql(`${column} is not null`)));
  const opposite = opposites[operator];
  const condition = compare(column, opposite ?? operator, value, reader);
  return condition === undefined ? undefined : exists(opposite === undefined, condition);
}

/** Some link leads to a record; for `ne` and `notIn`, none does. A value is `<entity>:<id>` or the two by their names. */
function compareLinks(field: CompiledField, operator: Operator, value: unknown): Sql | undefined {
  const links = (operator === 'in' || operator === 'notIn' ? listOf(value) : [value]).map(linkValue);
  const known = links.filter((link) => link !== undefined);
  if (known.length < links.length) return undefined;
  const leads = leadsTo(known);
  return around(`${operator in opposites ? 'not ' : ''}exists (select 1 ${entriesOf(field)} and `, leads, ')');
}

/** The planner knows how many links lead to one record; of several it does not. */
function leadsTo(links: readonly LinkEntry[]): Sql {
  const [entity, id] = [`${listAlias}."entity"`, `${listAlias}."${linkIdColumn}"`];
  const [only, other] = links;
  if (only !== undefined && other === undefined)
    return sql(`${entity} = ?::text and ${id} = ?::uuid`, [only.entity, only.id]);
  return sql(`(${entity}, ${id}) in (select * from unnest(?::text[], ?::uuid[]))`, [
    links.map((link) => link.entity),
    links.map((link) => link.id),
  ]);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function entriesOf({ list }: CompiledField): string {
  return list === null ? '' : entriesFrom(list);
}
