/** A list's answer, its records unread. */
export interface ListTexts {
  /** Each record as JSON. */
  readonly texts: readonly string[];
  /** The page's facts as JSON. */
  readonly page: string;
  /** Titles by entity and id as JSON; empty without. */
  readonly titles: string;
}

/**
 * Takes a list's answer apart: reading its records costs more than finding where each ends, and most were read before.
 * @param answer as the record layer writes it, each record on a line of its own; or not written yet
 */
export function textsIn(answer: unknown): ListTexts {
  if (typeof answer !== 'string') return textsOf(answer as AnsweredList);
  // Of the last one: texts cannot hold these signs, for their quotation marks are escaped, but somebody's own JSON may.
  const end = answer.lastIndexOf(endOfRecords);
  const records = answer.slice(beginOfRecords.length, end);
  const texts = records === '' ? [] : records.split(betweenRecords);
  const page = end + endOfRecords.length - 1;
  const titles = answer.indexOf(beginOfTitles, page);
  if (titles < 0) return { texts, page: answer.slice(page, -1), titles: '' };
  return { texts, page: answer.slice(page, titles), titles: answer.slice(titles + beginOfTitles.length, -1) };
}

const beginOfRecords = '{"data":[';
/** Within a record there are no line ends: JSON escapes those of texts. */
const betweenRecords = ',\n';
const endOfRecords = '],"page":{';
const beginOfTitles = ',"titles":';

interface AnsweredList {
  readonly data: readonly object[];
  readonly page: object;
  readonly titles?: object;
}

function textsOf({ data, page, titles }: AnsweredList): ListTexts {
  const texts = data.map((record) => JSON.stringify(record));
  return { texts, page: JSON.stringify(page), titles: titles === undefined ? '' : JSON.stringify(titles) };
}
