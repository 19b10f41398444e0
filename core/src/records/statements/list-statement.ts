import { keyTexts, orderText, type SortKey } from '../sort.js';
import type { Sql } from '../sql.js';
import { countText, type CountMode } from './count-statement.js';
import type { PlanTexts, Shape } from './read-plan.js';
import { sidesOf } from './source.js';

/** Which page of which order. */
export interface PageRequest {
  readonly order: readonly SortKey[];
  readonly limit: number;
  /** What comes after the last record of the page before; null for the first page. */
  readonly after: Sql | null;
  readonly count: CountMode;
  /** Condition of the page alone, in place of the plan's, which then only the count asks; null: both ask the plan's. */
  readonly page?: Sql | null;
}

/**
 * One page in one statement. Its row: the records as a JSON array (null for none) · how many were found, one more than the limit
 * when there is a next page · the count, null unless it is counted here · the keys of the page's last record.
 */
export function pageShape(request: PageRequest): Shape {
  const { order, limit, after, count, page = null } = request;
  return {
    kind: 'list',
    constants: [orderText(order), limit, count, page === null ? 'plan' : 'page'],
    further: [...(page === null ? [] : [page]), ...(after === null ? [] : [after])],
    plugins: sidesOf(order.map(({ field }) => field)),
    write: (texts) => writePage(request, texts),
  };
}

function writePage(request: PageRequest, texts: PlanTexts): string {
  const { order, limit, after, count, page = null } = request;
  const keys = keyTexts(order).map((key, position) => `, ${key} as key_${position}`);
  const lastKeys = order.map((_key, position) => `, (array_agg(p.key_${position}))[${limit}]`);
  const where = [...(page === null ? [texts.condition] : []), ...texts.further].join(' and ');
  const top = `order by ${orderText(order)} limit ${limit + 1}`;
  return [
    `select array_to_json((array_agg(p.record))[1:${limit}])::text, count(*), ${counted(texts, count, after, limit)}${lastKeys.join('')}`,
    `from (select row_to_json(t) as record${keys.join('')}`,
    `  ${fromBranches(texts, where, top)} cross join lateral (select ${texts.columns}) t`,
    texts.branches.length > 0 ? `  ${top}) p` : `  where ${where}\n  ${top}) p`,
  ].join('\n');
}

/** Each branch gives its first records in the list's order; the page is among them. */
function fromBranches({ table, from, branches }: PlanTexts, where: string, top: string): string {
  if (branches.length === 0) return from();
  const tops = branches.map((branch) => `(select * from ${table} r where ${where} and ${branch} ${top})`);
  return from(`(${tops.join('\n    union all ')})`);
}

/** A first page that holds everything has counted it already. */
function counted(texts: PlanTexts, mode: CountMode, after: Sql | null, limit: number): string {
  const text = countText(texts, mode);
  if (text === null) return 'null';
  return after === null ? `case when count(*) <= ${limit} then count(*) else (${text}) end` : `(${text})`;
}
