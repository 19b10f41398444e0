import { Big } from 'big.js';
import { MalformedError, type GroupRow } from '@trellis-crm/sdk';
import type { PreparedRow } from '../database/prepared.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import type { FilterScope } from './conditions/compile-tree.js';
import { asText, canonicalDecimal, canonicalMoney } from './decimals.js';
import { findTarget } from './field-access.js';
import { traitsOf, type KindTraits } from './field-kinds.js';
import { QueryReader } from './list-query.js';
import type { ReadScope } from './record-scope.js';
import { requireReach, visibleRecords } from './rights.js';
import { allOf, type Sql } from './sql.js';
import { groupsShape, measuredFields, type Aggregation } from './statements/aggregate-statement.js';
import { runRead } from './statements/read-plan.js';

/** Reads the parameters of an aggregate. @throws MalformedError `invalid_query` */
export function parseAggregate(scope: FilterScope, entity: CompiledEntity, parameters: URLSearchParams) {
  const reader = new QueryReader(scope, entity, parameters);
  const conditions = reader.filters();
  const fields = (name: string, isFit: (traits: KindTraits) => boolean): CompiledField[] =>
    reader.list(name).flatMap((path) => {
      const target = findTarget(scope, entity, path);
      if (
        target !== undefined &&
        target.item === null &&
        target.part === 'value' &&
        isFit(traitsOf(target.field.field))
      )
        return [target.field];
      reader.refuse(name, 'unknown_field', `cannot use "${path}" here`);
      return [];
    });
  const aggregation: Aggregation = {
    by: fields('group', (traits) => traits.isGroupable),
    sum: fields('sum', (traits) => traits.isSummable),
    min: fields('min', (traits) => traits.isOrdered),
    max: fields('max', (traits) => traits.isOrdered),
  };
  const count = reader.one('count');
  if (count !== null && count !== '*') reader.refuse('count', 'not_an_option', 'must be *');
  reader.finish(['group', 'sum', 'min', 'max', 'count']);
  return { conditions, aggregation };
}

/**
 * Groups with their measures, with the rights of the list; greatest first. Amounts of money are
 * never added across currencies: there is one group per currency.
 * @throws ForbiddenError
 */
export async function aggregateRecords(
  scope: ReadScope,
  entity: CompiledEntity,
  conditions: readonly Sql[],
  aggregation: Aggregation,
): Promise<readonly GroupRow[]> {
  requireReach(scope, entity, 'read');
  assertFits(aggregation);
  const condition = allOf([visibleRecords(scope, entity), ...conditions]);
  const rows = await runRead(scope, { entity, fields: [], included: [], condition }, groupsShape(aggregation));
  return rows.map((row) => presentGroup(row, aggregation));
}

/** Queries from code are held to the same kinds as those from outside. */
function assertFits({ by, sum, min, max }: Aggregation): void {
  const misfit = [
    ...by.filter(({ field }) => !traitsOf(field).isGroupable),
    ...sum.filter(({ field }) => !traitsOf(field).isSummable),
    ...[...min, ...max].filter(({ field }) => !traitsOf(field).isOrdered),
  ][0];
  if (misfit !== undefined)
    throw new MalformedError(
      'invalid_query',
      { field: misfit.path },
      { message: `"${misfit.path}" cannot be used here` },
    );
}

/** Takes a row's values in the order in which they were selected. */
function presentGroup(row: PreparedRow, aggregation: Aggregation): GroupRow {
  const values = row.values();
  const next = (): unknown => values.next().value;
  const { by, sum, min, max } = aggregation;
  const key = Object.fromEntries(by.map(({ path }) => [path, next() ?? null]));
  const money = measuredFields(aggregation).filter(({ field }) => field.kind === 'money');
  const currencies = new Map(money.map((field) => [field, next()]));
  const count = Number(next());
  const measure = (fields: readonly CompiledField[]): Record<string, unknown> =>
    Object.fromEntries(fields.map((field) => [field.path, presentMeasure(field, next(), currencies.get(field))]));
  return { key, count, sum: measure(sum), min: measure(min), max: measure(max) };
}

function presentMeasure({ field }: CompiledField, value: unknown, currency: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === 'money') return { amount: canonicalMoney(new Big(asText(value))), currency };
  if (field.kind === 'decimal') return canonicalDecimal(asText(value));
  if (field.kind === 'dateTime' && value instanceof Date) return value.toISOString();
  return field.kind === 'date' ? value : Number(value);
}
