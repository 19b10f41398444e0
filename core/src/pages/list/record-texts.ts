import type { CompiledEntity } from '../../records/compiled-entity.js';

/** A list's answer, its records unread. */
export interface ListTexts {
  /** Each record as JSON. */
  readonly texts: readonly string[];
  /** The page's facts as JSON. */
  readonly page: string;
  /** Titles by entity and id as JSON; empty without. */
  readonly titles: string;
}

/** Takes a list's answer apart. Reading its records costs more than finding where each begins, and most were read before. */
export function textsIn(entity: CompiledEntity, answer: string): ListTexts {
  const end = answer.lastIndexOf(endOfRecords);
  if (end < 0 || !beginsAsWritten(answer) || !isClear(entity)) return textsRead(answer);
  const texts = textsBetween(answer, beginOfRecords.length, end);
  const page = end + endOfRecords.length - 1;
  const titles = answer.indexOf(beginOfTitles, page);
  if (titles < 0) return { texts, page: answer.slice(page, -1), titles: '' };
  return { texts, page: answer.slice(page, titles), titles: answer.slice(titles + beginOfTitles.length, -1) };
}

const beginOfRecords = '{"data":[';
const endOfRecords = '],"page":{';
const beginOfTitles = ',"titles":';
/** The id comes first in every record. Texts cannot hold these signs: their quotation marks are escaped. */
const beginOfRecord = '{"id":"';
const betweenRecords = `},${beginOfRecord}`;

function textsBetween(answer: string, begin: number, end: number): readonly string[] {
  const texts: string[] = [];
  for (let start = begin; start < end;) {
    const next = answer.indexOf(betweenRecords, start);
    const stop = next < 0 || next >= end ? end : next + 1;
    texts.push(answer.slice(start, stop));
    start = stop + 1;
  }
  return texts;
}

function beginsAsWritten(answer: string): boolean {
  return answer.startsWith(beginOfRecords + beginOfRecord) || answer.startsWith(beginOfRecords + endOfRecords);
}

/** Whether nothing inside a record looks like the next one: no entry of a list with an id, no JSON of somebody's own making. */
function isClear(entity: CompiledEntity): boolean {
  let isKnown = clear.get(entity);
  if (isKnown === undefined) {
    isKnown = entity.fieldList.every(({ field: { kind, item = {} } }) => kind !== 'json' && !Object.hasOwn(item, 'id'));
    clear.set(entity, isKnown);
  }
  return isKnown;
}

/** Goes with its entity. */
const clear = new WeakMap<CompiledEntity, boolean>();

function textsRead(answer: string): ListTexts {
  const { data, page, titles } = JSON.parse(answer) as Readonly<Record<'page' | 'titles', unknown>> & {
    readonly data: readonly unknown[];
  };
  return {
    texts: data.map((record) => JSON.stringify(record)),
    page: JSON.stringify(page),
    titles: titles === undefined ? '' : JSON.stringify(titles),
  };
}
