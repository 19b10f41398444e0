import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { isNeverNull } from './field-schemas.js';
import { traitsOf } from './field-kinds.js';
import { anyOf, allOf, finished, sql, type Sql } from './sql.js';
import { keyText } from './statements/json-value.js';
import { columnSql } from './statements/source.js';

/** One key of an order. Empty values come last in both directions. */
export interface SortKey {
  readonly field: CompiledField;
  readonly isDescending: boolean;
}

/** Whether lists may be sorted by a field. */
export function isSortable({ field, path }: CompiledField): boolean {
  return path === 'id' || traitsOf(field).isSortable;
}

/** The order with the id as its last key, in the direction of the key before, so that no two records are equal. */
export function completeOrder(entity: CompiledEntity, keys: readonly SortKey[]): readonly SortKey[] {
  const order = keys.length > 0 ? keys : keysOf(entity, 'updatedAt', true);
  if (order.some(({ field }) => field.path === 'id')) return order;
  return [...order, ...keysOf(entity, 'id', order.at(-1)?.isDescending ?? false)];
}

/** Whether it is the order of a list that asked for none. */
export function isDefaultOrder(order: readonly SortKey[]): boolean {
  return (
    order.length === 2 && order.every(({ isDescending, field }, at) => isDescending && defaultOrder[at] === field.path)
  );
}

const defaultOrder = ['updatedAt', 'id'];

/** The order as SQL. `nulls last` is left out where there are none: an index without it could not serve the order. */
export function orderText(order: readonly SortKey[]): string {
  const parts = order.map(
    ({ field, isDescending }) =>
      `${columnSql(field)}${isDescending ? ' desc' : ''}${isDescending && mayBeNull(field) ? ' nulls last' : ''}`,
  );
  return finished(parts.join(', '));
}

/** SQL of the keys of an order. */
export function keyColumns(order: readonly SortKey[]): readonly string[] {
  return order.map(({ field }) => finished(columnSql(field)));
}

/** The keys of an order as texts, for the cursor of the next page. @param valueAt SQL of the value at a place of the order */
export function keyTexts(order: readonly SortKey[], valueAt: (position: number) => string): readonly string[] {
  return order.map(({ field }, position) => finished(keyText(field, valueAt(position))));
}

/** Value of one key of the last record seen, as text; null when it was empty. */
export type KeyValue = string | null;

/** Condition for what comes after a record with these values: a row comparison where an index can serve it. */
export function afterCondition(order: readonly SortKey[], values: readonly KeyValue[]): Sql {
  if (isUniform(order)) return rowComparison(order, values);
  return anyOf(
    order.flatMap((key, position) => {
      const beyond = isBeyond(key, values[position] ?? null);
      return beyond === null
        ? []
        : [allOf([...order.slice(0, position).map((one, index) => isSame(one, values[index] ?? null)), beyond])];
    }),
  );
}

function keysOf(entity: CompiledEntity, path: string, isDescending: boolean): SortKey[] {
  const field = entity.fields.get(path);
  return field === undefined ? [] : [{ field, isDescending }];
}

function mayBeNull({ field, plugin, path }: CompiledField): boolean {
  return path !== 'id' && (plugin !== null ? field.default === undefined : !isNeverNull(field));
}

function isUniform(order: readonly SortKey[]): boolean {
  return order.every(({ field, isDescending }) => !mayBeNull(field) && isDescending === order[0]?.isDescending);
}

function rowComparison(order: readonly SortKey[], values: readonly KeyValue[]): Sql {
  const columns = order.map(({ field }) => columnSql(field)).join(', ');
  const row = order.map(placeholder).join(', ');
  return {
    ...sql(`(${columns}) ${order[0]?.isDescending === true ? '<' : '>'} (${row})`, values),
    plugins: pluginsOf(order),
  };
}

function isBeyond({ field, isDescending }: SortKey, value: KeyValue): Sql | null {
  if (value === null) return null;
  const column = columnSql(field);
  const further = sql(`${column} ${isDescending ? '<' : '>'} ${placeholder({ field })}`, [value]);
  return {
    ...(mayBeNull(field) ? anyOf([further, sql(`${column} is null`)]) : further),
    plugins: pluginsOf([{ field }]),
  };
}

function isSame({ field }: SortKey, value: KeyValue): Sql {
  const column = columnSql(field);
  const same = value === null ? sql(`${column} is null`) : sql(`${column} = ${placeholder({ field })}`, [value]);
  return { ...same, plugins: pluginsOf([{ field }]) };
}

function placeholder({ field }: Pick<SortKey, 'field'>): string {
  return `?::${traitsOf(field.field).columnType ?? 'text'}`;
}

function pluginsOf(keys: readonly Pick<SortKey, 'field'>[]): string[] {
  return keys.flatMap(({ field }) => field.plugin ?? []);
}
