import type { PreparedRow } from '../../database/prepared.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { isDefaultOrder, keyColumns, keyTexts, orderText, type SortKey } from '../sort.js';
import type { Sql } from '../sql.js';
import { countText, type CountMode } from './count-statement.js';
import type { PlanTexts, Shape } from './read-plan.js';
import { sidesOf } from './source.js';
import { refColumns, titlesKey, titlesText, type Titles } from './titles.js';

/** Which page of which order. */
export interface PageRequest {
  readonly order: readonly SortKey[];
  readonly limit: number;
  /** What comes after the last record of the page before; null for the first page. */
  readonly after: Sql | null;
  readonly count: CountMode;
  /** Condition of the page alone, in place of the plan's, which then only the count asks; null: both ask the plan's. */
  readonly page?: Sql | null;
  /** Records whose titles are answered beside the page. */
  readonly titles?: readonly Titles[];
}

/**
 * One page in one statement. Its row: the records as JSON, one to a line with commas between them (null for none), the one beyond the limit too · how many were found, one more than the limit
 * when there is a next page · the count, null unless it is counted here · the keys of the page's last record · the titles of each
 * entity asked for, as JSON objects by id.
 */
export function pageShape(entity: CompiledEntity, request: PageRequest): Shape {
  const { order, limit, after, count, page = null, titles = [] } = request;
  const restricting = [page, after].filter((piece) => piece !== null);
  return {
    kind: 'list',
    constants: [orderText(order), limit, count, page === null ? 'plan' : 'page', titlesKey(titles)],
    further: [...restricting, ...titles.map(({ condition }) => condition)],
    plugins: sidesOf([...order, ...titles.flatMap(({ refs }) => refs)].map(({ field }) => field)),
    write: (texts) => writePage(entity, request, texts),
  };
}

function writePage(entity: CompiledEntity, request: PageRequest, texts: PlanTexts): string {
  const { order, limit, after, count, page = null, titles = [] } = request;
  const restricting = texts.further.slice(0, texts.further.length - titles.length);
  const told = titles.map(
    (one, number) => `, ${titlesText(one, number, texts.further[restricting.length + number] ?? '')}`,
  );
  const keys = keyColumns(order).map((key, position) => `, ${key} as key_${position}`);
  const refs = refColumns(entity, titles, texts.source).map((column) => `, ${column}`);
  const lastKeys = keyTexts(order, (position) => `(array_agg(p.key_${position}))[${limit}]`).map((key) => `, ${key}`);
  const where = [...(page === null ? [texts.condition] : []), ...restricting].join(' and ');
  const top = `order by ${orderText(order)} limit ${limit + 1}`;
  const answer = `select string_agg(p.record, E',\\n'), count(*), ${counted(texts, count, after, limit)}${lastKeys.join('')}${told.join('')}`;
  const rows = [
    `(select ${texts.record} as record${keys.join('')}${refs.join('')}`,
    `  ${fromRows(texts, isDefaultOrder(order), where, top)})`,
  ].join('\n');
  return titles.length === 0 ? `${answer}\nfrom ${rows} p` : `with p as ${rows}\n${answer}\nfrom p`;
}

/** The records of a page's row as a JSON array, without the one beyond the limit: JSON as the database writes it has no line breaks. */
export function recordsOf([records, found]: PreparedRow, limit: number): string {
  if (typeof records !== 'string') return '[]';
  return `[${Number(found) > limit ? records.slice(0, records.lastIndexOf(',\n')) : records}]`;
}

/** Where the page's records come from. An order that may have no index sorts ids and keys alone, so that only the page is written as JSON. */
function fromRows(texts: PlanTexts, isDefault: boolean, where: string, top: string): string {
  const { table, from, branches } = texts;
  if (branches.length > 0) return `${fromBranches(texts, where, top)}\n  ${top}`;
  if (isDefault) return `${from()}\n  where ${where}\n  ${top}`;
  const ids = `select r."id" ${from()} where ${where} ${top}`;
  return `${from(`(select t.* from (${ids}) k join ${table} t on t."id" = k."id")`)}\n  ${top}`;
}

/** Each branch gives its first records in the list's order; the page is among them. */
function fromBranches({ table, from, branches }: PlanTexts, where: string, top: string): string {
  const tops = branches.map((branch) => `(select * from ${table} r where ${where} and ${branch} ${top})`);
  return from(`(${tops.join('\n    union all ')})`);
}

/** A first page that holds everything has counted it already. */
function counted(texts: PlanTexts, mode: CountMode, after: Sql | null, limit: number): string {
  const text = countText(texts, mode);
  if (text === null) return 'null';
  return after === null ? `case when count(*) <= ${limit} then count(*) else (${text}) end` : `(${text})`;
}
