import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { encodeCursor } from './cursor.js';
import { asText } from './decimals.js';
import { includeRecords, visibleRecords } from './include.js';
import type { CountMode, ListQuery } from './list-query.js';
import { fieldValue, presentRow, type PresentedRecord } from './present-record.js';
import { fetchRows, readFrom, selectFields, type RecordsQuery, type Row } from './read-rows.js';
import type { ReadScope } from './record-scope.js';
import { requireReach } from './rights.js';
import { afterCondition, orderBy, type KeyValue, type SortKey } from './sort.js';
import type { Sql } from './sql.js';

/** One page of a list. */
export interface RecordPage {
  readonly data: readonly PresentedRecord[];
  readonly page: {
    /** Cursor of the page after this one; null on the last. */
    readonly next: string | null;
    /** Number of records in the whole list; null when it was not asked for. */
    readonly count: number | null;
    /** There are more than `count`. */
    readonly countIsCapped: boolean;
  };
}

/** Reads one page with the actor's rights: one statement for the records, one for the count, one per included entity. @throws ForbiddenError */
export async function listRecords(scope: ReadScope, entity: CompiledEntity, query: ListQuery): Promise<RecordPage> {
  requireReach(scope, entity, 'read');
  const conditions = [visibleRecords(scope, entity), ...query.conditions];
  const rows = await readPage(scope, entity, conditions, query);
  const count = await countRecords(scope, entity, conditions, query.count);
  const data = rows.slice(0, query.limit).map((row) => presentRow(query.fields, row));
  const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
  return {
    data: await includeRecords(scope, data, query.include),
    page: { next: last === undefined ? null : encodeCursor(query.identity, keyValues(query.order, last)), ...count },
  };
}

/** Highest number a capped count tells. */
export const countCap = 1000;

/** Number of records that fulfil the conditions. */
export async function countRecords(
  scope: ReadScope,
  entity: CompiledEntity,
  conditions: readonly Sql[],
  mode: CountMode,
): Promise<{ readonly count: number | null; readonly countIsCapped: boolean }> {
  if (mode === 'none') return { count: null, countIsCapped: false };
  if (mode === 'estimate')
    return { count: await estimate(scope, readFrom(scope, entity, conditions)), countIsCapped: false };
  if (mode === 'exact') return { count: await readFrom(scope, entity, conditions).resultSize(), countIsCapped: false };
  const capped = await readFrom(scope, entity, conditions)
    .select('r.id')
    .limit(countCap + 1)
    .resultSize();
  return { count: Math.min(capped, countCap), countIsCapped: capped > countCap };
}

/** One row more than asked for says whether there is a next page. */
async function readPage(
  scope: ReadScope,
  entity: CompiledEntity,
  conditions: readonly Sql[],
  query: ListQuery,
): Promise<readonly Row[]> {
  const { order, limit, after } = query;
  const selected = withKeys(query.fields, order);
  const all = after === null ? conditions : [...conditions, afterCondition(order, after)];
  return fetchRows(orderBy(selectFields(readFrom(scope, entity, all, selected), selected), order).limit(limit + 1));
}

function withKeys(fields: readonly CompiledField[], order: readonly SortKey[]): readonly CompiledField[] {
  return [...fields, ...order.map(({ field }) => field).filter((field) => !fields.includes(field))];
}

function keyValues(order: readonly SortKey[], row: Row): KeyValue[] {
  return order.map(({ field }) => keyValue(fieldValue(field, row)));
}

/** Money is sorted by its amount. */
function keyValue(value: unknown): KeyValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return String(value);
  return asText(typeof value === 'object' && 'amount' in value ? value.amount : value);
}

/** The planner's guess, which costs no reading. */
async function estimate({ db }: ReadScope, query: RecordsQuery): Promise<number> {
  const { sql: text, bindings } = query.select('r.id').toKnexQuery().toSQL();
  const result: { readonly rows: readonly { readonly 'QUERY PLAN': unknown }[] } = await db.raw(
    `explain (format json) ${text}`,
    [...bindings],
  );
  const [plan] = result.rows.map((row) => row['QUERY PLAN']);
  return readPlanRows(plan);
}

function readPlanRows(plan: unknown): number {
  const root: unknown = Array.isArray(plan) ? plan[0] : undefined;
  const top: unknown = typeof root === 'object' && root !== null ? Reflect.get(root, 'Plan') : undefined;
  const rows: unknown = typeof top === 'object' && top !== null ? Reflect.get(top, 'Plan Rows') : undefined;
  return typeof rows === 'number' ? rows : 0;
}
