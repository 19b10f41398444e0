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
}

/**
 * One page in one statement. Its row: the records as a JSON array (null for none) · how many were found, one more than the limit
 * when there is a next page · the count, null unless it is counted here · the keys of the page's last record.
 */
export function pageShape(request: PageRequest): Shape {
  const { order, limit, after, count } = request;
  return {
    kind: 'list',
    constants: [orderText(order), limit, count],
    further: after === null ? [] : [after],
    plugins: sidesOf(order.map(({ field }) => field)),
    write: (texts) => writePage(request, texts),
  };
}

function writePage({ order, limit, after, count }: PageRequest, texts: PlanTexts): string {
  const { columns, from, condition, further } = texts;
  const keys = keyTexts(order).map((key, position) => `, ${key} as key_${position}`);
  const lastKeys = order.map((_key, position) => `, (array_agg(p.key_${position}))[${limit}]`);
  const where = [condition, ...further].join(' and ');
  return [
    `select array_to_json((array_agg(p.record))[1:${limit}])::text, count(*), ${counted(texts, count, after, limit)}${lastKeys.join('')}`,
    `from (select row_to_json(t) as record${keys.join('')}`,
    `  ${from} cross join lateral (select ${columns}) t`,
    `  where ${where}`,
    `  order by ${orderText(order)} limit ${limit + 1}) p`,
  ].join('\n');
}

/** A first page that holds everything has counted it already. */
function counted(texts: PlanTexts, mode: CountMode, after: Sql | null, limit: number): string {
  const text = countText(texts, mode);
  if (text === null) return 'null';
  return after === null ? `case when count(*) <= ${limit} then count(*) else (${text}) end` : `(${text})`;
}
