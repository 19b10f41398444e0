import {
  MalformedError,
  type FilterGroup,
  type GroupRow,
  type Query,
  type SortKey as QuerySortKey,
  type Where,
} from '@trellis-crm/sdk';
import { aggregateRecords } from './aggregate.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { findReference, findTarget, readableFields, type FieldTarget } from './field-access.js';
import { countRecords } from './list-records.js';
import type { PresentedRecord } from './present-record.js';
import type { QueryScope } from './record-scope.js';
import { requireReach, visibleRecords } from './rights.js';
import { isFound } from './search/match-condition.js';
import { parseSearch, searchProblems } from './search/search-terms.js';
import { completeOrder, isSortable, type SortKey } from './sort.js';
import { allOf, type Sql } from './sql.js';
import type { Aggregation } from './statements/aggregate-statement.js';
import { resolveIncludes } from './statements/included.js';
import { pageShape, recordsOf } from './statements/list-statement.js';
import { runRead } from './statements/read-plan.js';
import { compileAny, compileMatching, compileWhere } from './where.js';

/** A read as plain data. */
interface QueryState {
  readonly where: readonly object[];
  readonly any: readonly (readonly object[])[];
  readonly matching: readonly FilterGroup[];
  readonly search: string | null;
  readonly sort: readonly string[];
  readonly limit: number;
  readonly select: readonly string[] | null;
  readonly include: readonly string[];
}

const empty: QueryState = {
  ...{ where: [], any: [], matching: [], search: null },
  ...{ sort: [], limit: 50, select: null, include: [] },
};
const maxLimit = 1000;

/** Starts a query; nothing runs, and nothing is checked, before it is awaited. */
export function createQuery<R>(open: () => QueryScope, entity: CompiledEntity): Query<R> {
  return queryOf<R>(open, entity, empty);
}

function queryOf<R>(open: () => QueryScope, entity: CompiledEntity, state: QueryState): Query<R> {
  const next = <S>(change: Partial<QueryState>): Query<S> => queryOf<S>(open, entity, { ...state, ...change });
  const run = async (limit: number): Promise<readonly R[]> =>
    (await runQuery(open(), entity, state, limit)) as unknown as readonly R[];
  return {
    where: (conditions: Where<R>) => next({ where: [...state.where, conditions] }),
    any: (alternatives: readonly Where<R>[]) => next({ any: [...state.any, alternatives] }),
    matching: (tree: FilterGroup) => next({ matching: [...state.matching, tree] }),
    search: (text: string) => next({ search: text }),
    sort: (...keys: QuerySortKey<R>[]) => next({ sort: [...state.sort, ...keys] }),
    limit: (count) => next({ limit: Math.max(0, Math.min(Math.trunc(count), maxLimit)) }),
    select: <K extends keyof R & string>(...fields: K[]) =>
      next<Pick<R, K | Extract<'id', keyof R>>>({ select: [...(state.select ?? []), ...fields] }),
    include: (...refs) => next<R & Readonly<Record<string, unknown>>>({ include: [...state.include, ...refs] }),
    first: async () => (await run(1))[0] ?? null,
    count: () => countQuery(open(), entity, state),
    group: (by, measures = {}) =>
      groupQuery(open(), entity, state, {
        by,
        sum: measures.sum ?? [],
        min: measures.min ?? [],
        max: measures.max ?? [],
      }),
    then: (onResolved, onRejected) => run(state.limit).then(onResolved, onRejected),
  };
}

async function runQuery(
  scope: QueryScope,
  entity: CompiledEntity,
  state: QueryState,
  limit: number,
): Promise<readonly PresentedRecord[]> {
  const condition = conditionOf(scope, entity, state);
  const fields = selectedFields(scope, entity, state.select);
  const order = completeOrder(
    entity,
    state.sort.map((key) => sortKey(scope, entity, key)),
  );
  const included = resolveIncludes(
    scope,
    state.include.map((name) => includeTarget(scope, entity, name)),
  );
  const page = pageShape(entity, { order, limit, after: null, count: 'none' });
  const [row = []] = await runRead(scope, { entity, fields, included, condition }, page);
  return JSON.parse(recordsOf(row, limit)) as readonly PresentedRecord[];
}

async function countQuery(scope: QueryScope, entity: CompiledEntity, state: QueryState): Promise<number> {
  return countRecords(scope, entity, conditionOf(scope, entity, state));
}

async function groupQuery(
  scope: QueryScope,
  entity: CompiledEntity,
  state: QueryState,
  names: {
    readonly by: readonly string[];
    readonly sum: readonly string[];
    readonly min: readonly string[];
    readonly max: readonly string[];
  },
): Promise<readonly GroupRow[]> {
  const condition = conditionOf(scope, entity, state);
  const fields = (list: readonly string[]): CompiledField[] => list.map((name) => plainField(scope, entity, name));
  const aggregation: Aggregation = {
    by: fields(names.by),
    sum: fields(names.sum),
    min: fields(names.min),
    max: fields(names.max),
  };
  return aggregateRecords(scope, entity, [condition], aggregation);
}

/** Rights and the trash stand outside whatever was written. @throws ForbiddenError, MalformedError `invalid_query` */
function conditionOf(scope: QueryScope, entity: CompiledEntity, state: QueryState): Sql {
  requireReach(scope, entity, 'read');
  return allOf([
    visibleRecords(scope, entity),
    ...state.where.map((conditions) => compileWhere(scope, entity, conditions)),
    ...state.any.map((alternatives) => compileAny(scope, entity, alternatives)),
    ...state.matching.map((tree) => compileMatching(scope, entity, tree)),
    ...(state.search === null ? [] : [foundBy(entity, state.search)]),
  ]);
}

function foundBy(entity: CompiledEntity, text: string): Sql {
  const terms = entity.search === null ? 'unknown_parameter' : parseSearch(text);
  if (typeof terms !== 'string') return isFound(entity, terms);
  throw new MalformedError(
    'invalid_query',
    { reason: terms },
    { message: `What to search for ${searchProblems[terms]}` },
  );
}

function selectedFields(
  scope: QueryScope,
  entity: CompiledEntity,
  names: readonly string[] | null,
): readonly CompiledField[] {
  const readable = readableFields(scope, entity);
  if (names === null) return readable;
  for (const name of names)
    if (!readable.some((field) => field.path === name || field.plugin === name)) throw unknown(name);
  return readable.filter(
    (field) =>
      field.path === 'id' || names.includes(field.path) || (field.plugin !== null && names.includes(field.plugin)),
  );
}

function sortKey(scope: QueryScope, entity: CompiledEntity, key: string): SortKey {
  const field = plainField(scope, entity, key.replace(/^-/, ''));
  if (!isSortable(field)) throw unknown(field.path);
  return { field, isDescending: key.startsWith('-') };
}

function includeTarget(scope: QueryScope, entity: CompiledEntity, name: string): FieldTarget {
  const target = findReference(scope, entity, name);
  if (target === undefined) throw unknown(name);
  return target;
}

function plainField(scope: QueryScope, entity: CompiledEntity, name: string): CompiledField {
  const target = findTarget(scope, entity, name);
  if (target === undefined || target.item !== null || target.part !== 'value') throw unknown(name);
  return target.field;
}

function unknown(name: string): MalformedError {
  return new MalformedError(
    'invalid_query',
    { field: name },
    { message: `There is no field "${name}" to do this with` },
  );
}
