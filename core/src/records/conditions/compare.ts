import type { Operator } from '../field-kinds.js';
import type { ComparisonValue } from '../filter-values.js';
import { sql, type Sql } from '../sql.js';
import type { Bounds, ValueReader } from './read-values.js';

/** A column compared with a value; undefined when the value is none of its kind. Of `in`, `notIn` and `between` the value is an array. */
export function compare(column: string, operator: Operator, value: unknown, reader: ValueReader): Sql | undefined {
  switch (operator) {
    case 'empty':
      return emptiness(value, (isEmpty) => sql(`${column} is ${isEmpty ? '' : 'not '}null`));
    case 'in':
      return withAll(value, reader, (type, all) => sql(`${column} = any(?::${type}[])`, [all]));
    case 'notIn':
      return withAll(value, reader, (type, all) => sql(outside(column, `?::${type}[]`), [all]), 'true');
    case 'between':
      return compareBetween(column, value, reader);
    default:
      return value === null ? compareNull(column, operator) : compareOne(column, operator, value, reader);
  }
}

function compareOne(column: string, operator: Single, value: unknown, reader: ValueReader): Sql | undefined {
  const members = reader.members(value);
  if (members !== undefined) return compareMembers(column, operator, members);
  const days = reader.days(value);
  if (days !== undefined) return dayComparisons[operator]?.(column, days);
  const one = reader.one(value);
  return one === undefined ? undefined : comparisons[operator](column, one);
}

/** What is not there is outside of everything. */
function outside(column: string, all: string): string {
  return `(${column} is null or ${column} <> all(${all}))`;
}

/** A condition by whether something is wanted empty. */
export function emptiness(value: unknown, build: (isEmpty: boolean) => Sql): Sql | undefined {
  if (value === true || value === 'true') return build(true);
  return value === false || value === 'false' ? build(false) : undefined;
}

/** A condition on several values, all of one kind. @param none SQL of the condition without any value */
export function withAll(
  value: unknown,
  reader: Pick<ValueReader, 'one'>,
  build: (type: string, all: readonly unknown[]) => Sql,
  none = 'false',
): Sql | undefined {
  const values = Array.isArray(value) ? value.map((one) => reader.one(one)) : [undefined];
  if (values.length === 0) return sql(none);
  const known = values.filter((one) => one !== undefined);
  const type = known[0]?.type;
  if (type === undefined || known.length < values.length) return undefined;
  return build(
    type,
    known.map((one) => one.value),
  );
}

function compareNull(column: string, operator: Operator): Sql | undefined {
  if (operator === 'eq') return sql(`${column} is null`);
  return operator === 'ne' ? sql(`${column} is not null`) : undefined;
}

function compareMembers(column: string, operator: Operator, { text, bindings }: Sql): Sql | undefined {
  if (operator === 'eq') return sql(`${column} = any(${text})`, bindings);
  return operator === 'ne' ? sql(outside(column, text), bindings) : undefined;
}

/** Both ends belong to it; of days that an end means, all. */
function compareBetween(column: string, value: unknown, reader: ValueReader): Sql | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [lowest, highest] = value as readonly unknown[];
  const from = compareBound(column, 'gte', lowest, reader);
  const to = compareBound(column, 'lte', highest, reader);
  if (from === undefined || to === undefined) return undefined;
  return both(`(${from.text} and ${to.text})`, from, to);
}

function compareBound(column: string, operator: 'gte' | 'lte', value: unknown, reader: ValueReader): Sql | undefined {
  const days = reader.days(value);
  if (days !== undefined) return dayComparisons[operator]?.(column, days);
  const one = reader.one(value);
  return one && comparisons[operator](column, one);
}

type Single = Exclude<Operator, 'empty' | 'in' | 'notIn' | 'between'>;
type Comparison = (column: string, one: ComparisonValue) => Sql;

/** `ne` and the other negative ones hold for empty values too: what is not there is not equal. */
const comparisons: Readonly<Record<Single, Comparison>> = {
  eq: symbol('='),
  ne: symbol('is distinct from'),
  gt: symbol('>'),
  gte: symbol('>='),
  lt: symbol('<'),
  lte: symbol('<='),
  contains: (column, { value }) => sql(`${column} ilike ?::text`, [`%${escapeLike(String(value))}%`]),
  notContains: (column, { value }) =>
    sql(`(${column} is null or ${column} not ilike ?::text)`, [`%${escapeLike(String(value))}%`]),
  startsWith: (column, { value }) => sql(`${column} ilike ?::text`, [`${escapeLike(String(value))}%`]),
};

function symbol(operator: string): Comparison {
  return (column, { value, type }) => sql(`${column} ${operator} ?::${type}`, [value]);
}

/** Days have a beginning and an end: after them means after the end. */
const dayComparisons: Readonly<Partial<Record<Operator, (column: string, days: Bounds) => Sql>>> = {
  eq: (column, { from, until }) => both(`(${column} >= ${from.text} and ${column} < ${until.text})`, from, until),
  ne: (column, { from, until }) =>
    both(`(${column} is null or ${column} < ${from.text} or ${column} >= ${until.text})`, from, until),
  gt: (column, { until }) => both(`${column} >= ${until.text}`, until),
  gte: (column, { from }) => both(`${column} >= ${from.text}`, from),
  lt: (column, { from }) => both(`${column} < ${from.text}`, from),
  lte: (column, { until }) => both(`${column} < ${until.text}`, until),
};

function both(text: string, ...pieces: readonly Sql[]): Sql {
  return sql(
    text,
    pieces.flatMap(({ bindings }) => bindings),
  );
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
