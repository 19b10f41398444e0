import type { CompiledField } from './compiled-entity.js';
import { currencyColumn, listAlias } from './compile-fields.js';
import type { FieldTarget } from './field-access.js';
import { traitsOf, type Operator } from './field-kinds.js';
import { comparisonValue, currencyValue, type ComparisonValue } from './filter-values.js';
import { quoted } from './names.js';
import { columnSql, entriesFrom } from './statements/source.js';
import { around, sql, type Sql } from './sql.js';

/** Operators a target understands. */
export function operatorsOf({ field, item, part }: FieldTarget): readonly Operator[] {
  return part === 'currency' ? ['eq', 'ne', 'in'] : traitsOf((item ?? field).field).operators;
}

/** One comparison as SQL; undefined when the value is none of the field's kind. `value` is an array for `in`. */
export function compileComparison(target: FieldTarget, operator: Operator, value: unknown): Sql | undefined {
  const { field, item } = target;
  if (item !== null) return compileEntry(field, item, operator, value);
  if (field.list !== null)
    return emptiness(value, (isEmpty) => sql(`${isEmpty ? 'not ' : ''}exists (select 1 ${entriesOf(field)})`));
  const plugins = field.plugin === null ? [] : [field.plugin];
  const column =
    target.part === 'currency' ? `${field.alias}.${quoted(currencyColumn(field.column))}` : columnSql(field);
  const read = target.part === 'currency' ? currencyValue : (one: unknown) => comparisonValue(field, one);
  const compiled =
    field.field.kind === 'choices' ? compareSet(column, operator, value, read) : compare(column, operator, value, read);
  return compiled === undefined ? undefined : { ...compiled, plugins };
}

type ReadValue = (value: unknown) => ComparisonValue | undefined;

/** `ne` holds for empty values too: what is not there is not equal. */
function compare(column: string, operator: Operator, value: unknown, read: ReadValue): Sql | undefined {
  if (operator === 'empty') return emptiness(value, (isEmpty) => sql(`${column} is ${isEmpty ? '' : 'not '}null`));
  if (operator === 'in') return withAll(value, read, (type, all) => sql(`${column} = any(?::${type}[])`, [all]));
  if (value === null) return compareNull(column, operator);
  const one = read(value);
  return one === undefined ? undefined : comparisons[operator](column, one);
}

function compareNull(column: string, operator: Operator): Sql | undefined {
  if (operator === 'eq') return sql(`${column} is null`);
  return operator === 'ne' ? sql(`${column} is not null`) : undefined;
}

type Comparison = (column: string, one: ComparisonValue) => Sql;

const comparisons: Readonly<Record<Exclude<Operator, 'empty' | 'in'>, Comparison>> = {
  eq: symbol('='),
  ne: symbol('is distinct from'),
  gt: symbol('>'),
  gte: symbol('>='),
  lt: symbol('<'),
  lte: symbol('<='),
  contains: (column, { value }) => sql(`${column} ilike ?::text`, [`%${escapeLike(String(value))}%`]),
  startsWith: (column, { value }) => sql(`${column} ilike ?::text`, [`${escapeLike(String(value))}%`]),
};

function symbol(operator: string): Comparison {
  return (column, { value, type }) => sql(`${column} ${operator} ?::${type}`, [value]);
}

/** Conditions on a field of several choices look for one among them. */
function compareSet(column: string, operator: Operator, value: unknown, read: ReadValue): Sql | undefined {
  if (operator === 'empty')
    return emptiness(value, (isEmpty) => sql(`cardinality(${column}) ${isEmpty ? '=' : '>'} 0`));
  if (operator === 'in') return withAll(value, read, (_type, all) => sql(`${column} && ?::text[]`, [all]));
  const one = read(value);
  if (one === undefined) return undefined;
  return sql(`${operator === 'ne' ? 'not ' : ''}${column} @> array[?::text]`, [one.value]);
}

/** Conditions on entries: some entry is like that; for `ne` and `empty`, none is. */
function compileEntry(list: CompiledField, item: CompiledField, operator: Operator, value: unknown): Sql | undefined {
  const column = `${listAlias}.${quoted(item.column)}`;
  const exists = (isThere: boolean, condition: Sql): Sql =>
    around(`${isThere ? '' : 'not '}exists (select 1 ${entriesOf(list)} and `, condition, ')');
  if (operator === 'empty') return emptiness(value, (isEmpty) => exists(!isEmpty, sql(`${column} is not null`)));
  const condition = compare(column, operator === 'ne' ? 'eq' : operator, value, (one) => comparisonValue(item, one));
  return condition === undefined ? undefined : exists(operator !== 'ne', condition);
}

function entriesOf({ list }: CompiledField): string {
  return list === null ? '' : entriesFrom(list);
}

function emptiness(value: unknown, build: (isEmpty: boolean) => Sql): Sql | undefined {
  if (value === true || value === 'true') return build(true);
  return value === false || value === 'false' ? build(false) : undefined;
}

function withAll(
  value: unknown,
  read: ReadValue,
  build: (type: string, all: readonly unknown[]) => Sql,
): Sql | undefined {
  const values = Array.isArray(value) ? value.map(read) : [undefined];
  if (values.length === 0) return sql('false');
  const known = values.filter((one) => one !== undefined);
  const type = known[0]?.type;
  return type === undefined || known.length < values.length
    ? undefined
    : build(
        type,
        known.map((one) => one.value),
      );
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
