import { Big } from 'big.js';
import type { GroupRow } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { currencyColumn } from './compile-fields.js';
import { asText, canonicalDecimal, canonicalMoney } from './decimals.js';
import { visibleRecords } from './include.js';
import { MalformedError } from '@trellis-crm/sdk';
import { QueryReader } from './list-query.js';
import { quoted } from './names.js';
import { columnSql, fetchRows, readFrom, type Row } from './read-rows.js';
import type { ReadScope } from './record-scope.js';
import { requireReach } from './rights.js';
import { traitsOf, type KindTraits } from './field-kinds.js';
import type { Sql } from './sql.js';
import { findTarget } from './field-access.js';

/** What to group by and what to measure. */
export interface Aggregation {
  readonly by: readonly CompiledField[];
  readonly sum: readonly CompiledField[];
  readonly min: readonly CompiledField[];
  readonly max: readonly CompiledField[];
}

/** Groups answered at most. */
export const maxGroups = 1000;

/** Reads the parameters of an aggregate. @throws MalformedError `invalid_query` */
export function parseAggregate(
  scope: Pick<ReadScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
  parameters: URLSearchParams,
) {
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
 * Groups with their measures, with the rights of the list; at most {@link maxGroups}, greatest first. Amounts of money are
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
  const { by, sum, min, max } = aggregation;
  const measured = [...new Set([...sum, ...min, ...max])];
  const query = readFrom(scope, entity, [visibleRecords(scope, entity), ...conditions], [...by, ...measured]);
  const keys = [
    ...by.map((field, position) => [columnSql(field), `key_${position}`] as const),
    ...currencyKeys(measured),
  ];
  for (const [column, name] of keys) query.select(scope.db.raw(`${column} as ${quoted(name)}`)).groupByRaw(column);
  query.select(scope.db.raw('count(*) as "count"'));
  for (const [verb, fields] of [
    ['sum', sum],
    ['min', min],
    ['max', max],
  ] as const) {
    for (const [position, field] of fields.entries())
      query.select(scope.db.raw(`${verb}(${columnSql(field)}) as ${quoted(`${verb}_${position}`)}`));
  }
  const rows = await fetchRows(
    query.orderByRaw(['count(*) desc', ...keys.map(([column]) => column)].join(', ')).limit(maxGroups),
  );
  return rows.map((row) => presentGroup(row, aggregation, measured));
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

/** One more key per money field: its currency. */
function currencyKeys(measured: readonly CompiledField[]): (readonly [column: string, name: string])[] {
  return measured.flatMap((field, position) =>
    field.field.kind === 'money'
      ? [[`${field.alias}.${quoted(currencyColumn(field.column))}`, `currency_${position}`] as const]
      : [],
  );
}

function presentGroup(row: Row, { by, sum, min, max }: Aggregation, measured: readonly CompiledField[]): GroupRow {
  const measure = (verb: string, fields: readonly CompiledField[]): Record<string, unknown> =>
    Object.fromEntries(
      fields.map((field, position) => [
        field.path,
        presentMeasure(field, row[`${verb}_${position}`], row[`currency_${measured.indexOf(field)}`]),
      ]),
    );
  return {
    key: Object.fromEntries(by.map(({ path }, position) => [path, row[`key_${position}`] ?? null])),
    count: Number(row['count']),
    sum: measure('sum', sum),
    min: measure('min', min),
    max: measure('max', max),
  };
}

function presentMeasure({ field }: CompiledField, value: unknown, currency: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (field.kind === 'money') return { amount: canonicalMoney(new Big(asText(value))), currency };
  if (field.kind === 'decimal') return canonicalDecimal(asText(value));
  if (field.kind === 'dateTime' && value instanceof Date) return value.toISOString();
  return field.kind === 'date' ? value : Number(value);
}
