import { countedFor } from '../completeness/completeness.js';
import type { CompiledEntity } from './compiled-entity.js';
import { encodeCursor } from './cursor.js';
import type { ListQuery } from './list-query.js';
import type { PresentedRecord } from './present-record.js';
import type { QueryScope, ReadScope } from './record-scope.js';
import { reachBranches, requireReach, visibleRecords } from './rights.js';
import { isFound, isOnFoundPage } from './search/match-condition.js';
import type { SearchTerms } from './search/search-terms.js';
import { afterCondition, isDefaultOrder, type KeyValue } from './sort.js';
import { allOf, sql, type Sql } from './sql.js';
import { countCap, countShape, estimatedRows, estimateShape, type CountMode } from './statements/count-statement.js';
import { resolveIncludes } from './statements/included.js';
import { KeptPlans } from './statements/kept-plans.js';
import { pageShape, recordsOf } from './statements/list-statement.js';
import { planRead, runPlanned, runRead, type PlannedRead, type ReadPlan, type Shape } from './statements/read-plan.js';
import { resolveTitles, type Titles } from './statements/titles.js';

/** One page of a list. */
export interface RecordPage {
  readonly data: readonly PresentedRecord[];
  readonly page: PageFacts;
}

/** What an answer says about its page. */
export interface PageFacts {
  /** Cursor of the page after this one; null on the last. */
  readonly next: string | null;
  /** Number of records in the whole list; null when it was not asked for. */
  readonly count: number | null;
  /** There are more than `count`. */
  readonly countIsCapped: boolean;
}

/** The same as JSON that PostgreSQL wrote, to be handed on unread. */
export interface RecordPageText {
  /** A JSON array. */
  readonly data: string;
  readonly page: PageFacts;
  /** Of records that the page refers to, those that were asked for and that the actor may see: by entity, a JSON object by id. */
  readonly titles: readonly (readonly [entity: string, byId: string])[];
}

/** Reads one page with the actor's rights in one statement; an estimated count is one more. @throws ForbiddenError */
export function readPage(scope: ReadScope, entity: CompiledEntity, query: ListQuery): Promise<RecordPageText> {
  return readPlanned(scope, planList(scope, entity, query));
}

/** A page made ready to be read by one actor, as often as wanted. */
export interface PlannedList {
  readonly query: ListQuery;
  readonly titles: readonly Titles[];
  readonly read: PlannedRead;
}

/** The page that an actor asks for, kept with what is worked out of it: people look at the same list again. @throws ForbiddenError, what `make` throws */
export function keptList(scope: QueryScope, entity: CompiledEntity, asked: string, make: () => ListQuery): PlannedList {
  const plan = (): PlannedList => planList(scope, entity, make());
  if (asked.length > longestKept) return plan();
  return listPlans.get(scope, `${entity.definition.id}?${asked}`, plan, (kept) => isOfToday(scope, kept));
}

/** Whether words such as `last_week` still mean what they were taken for. */
function isOfToday(scope: QueryScope, { query: { day } }: PlannedList): boolean {
  return day === null || day === scope.calendar().today;
}

const listPlans = new KeptPlans<PlannedList>();

/** Characters of a request that is kept; nobody fills the memory with longer ones. */
const longestKept = 500;

function planList(scope: ReadScope, entity: CompiledEntity, query: ListQuery): PlannedList {
  const titles = resolveTitles(scope, query.titles, query.fields);
  return { query, titles, read: planRead(...planPage(scope, entity, query, titles)) };
}

/** The same for what was made ready before. */
export async function readPlanned(scope: ReadScope, { query, titles, read }: PlannedList): Promise<RecordPageText> {
  const { limit, count: mode } = query;
  const [row = []] = await runPlanned(scope, read);
  const [, found, counted, ...further] = row as readonly [unknown, number, number | null, ...KeyValue[]];
  const keys = further.slice(0, query.order.length);
  const told = titles.map((one, number) => [one.entity.definition.id, further[keys.length + number] ?? '{}'] as const);
  const next = found > limit ? encodeCursor(query.identity, keys) : null;
  const count = mode === 'estimate' ? await estimate(scope, read.plan) : counted;
  return { data: recordsOf(row, limit), page: { next, ...countOf(count, mode) }, titles: told };
}

/** What the statement of a page is made of. @throws ForbiddenError */
export function planPage(
  scope: ReadScope,
  entity: CompiledEntity,
  query: ListQuery,
  titles: readonly Titles[] = [],
): readonly [ReadPlan, Shape] {
  const { fields, order, limit, count, withTags, withCompleteness } = query;
  const { page = null, ...restricted } = restrict(scope, entity, query);
  const completeness = countedFor(scope, entity, withCompleteness);
  const included = resolveIncludes(scope, query.include);
  const plan = { entity, fields, included, withTags, completeness, ...restricted };
  const after = query.after === null ? null : afterCondition(order, query.after);
  return [plan, pageShape(entity, { order, limit, after, count, page, titles })];
}

/** The same with the records read. */
export async function listRecords(scope: ReadScope, entity: CompiledEntity, query: ListQuery): Promise<RecordPage> {
  const { data, page } = await readPage(scope, entity, query);
  return { data: JSON.parse(data) as readonly PresentedRecord[], page };
}

/** Number of records that fulfil a condition. */
export async function countRecords(scope: ReadScope, entity: CompiledEntity, condition: Sql): Promise<number> {
  const [row = []] = await runRead(scope, { entity, fields: [], included: [], condition }, countShape);
  return Number(row[0]);
}

/** What a list lets through, in the form of a plan. */
interface Restriction extends Pick<ReadPlan, 'condition' | 'branches'> {
  /** What its page does, when that is told apart. */
  readonly page?: Sql;
}

/** The default list without filters has an index for each part of a reach; anything else is one condition. */
function restrict(scope: ReadScope, entity: CompiledEntity, query: ListQuery): Restriction {
  const { conditions, order, search } = query;
  const reach = requireReach(scope, entity, 'read');
  if (search !== null) return restrictToFound(scope, entity, query, search);
  const isDefault = conditions.length === 0 && isDefaultOrder(order);
  const branches = isDefault ? reachBranches(scope.identity, entity, reach) : null;
  if (branches !== null) return { condition: sql('r."deleted_at" is null'), branches };
  return { condition: allOf([visibleRecords(scope, entity), ...conditions]) };
}

/** For the default list the search table alone tells which records stand on the page: no more are read than shown, however many are found. */
function restrictToFound(
  scope: ReadScope,
  entity: CompiledEntity,
  { conditions, order, limit, after, count }: ListQuery,
  terms: SearchTerms,
): Restriction {
  const visible = visibleRecords(scope, entity);
  const condition = allOf([visible, ...conditions, isFound(entity, terms)]);
  if (conditions.length > 0 || count === 'estimate' || !isDefaultOrder(order)) return { condition };
  const page = allOf([visible, isOnFoundPage(scope, entity, { terms, limit, after })]);
  return count === 'none' ? { condition: page } : { condition, page };
}

async function estimate(scope: ReadScope, plan: ReadPlan): Promise<number> {
  const [row = []] = await runRead(scope, { ...plan, fields: [], included: [] }, estimateShape);
  return estimatedRows(row[0]);
}

function countOf(count: number | null, mode: CountMode): Pick<PageFacts, 'count' | 'countIsCapped'> {
  if (count === null || mode !== 'capped') return { count, countIsCapped: false };
  return { count: Math.min(count, countCap), countIsCapped: count > countCap };
}
