import type { CompiledSearch, SearchedField } from '../compiled-entity.js';
import { foldText } from './fold-text.js';
import { wordsOf } from './words.js';

/** What search keeps of a record, by the columns a recordset carries it in. */
export interface SearchTexts {
  readonly '~title': string | null;
  readonly '~text': string;
  readonly '~details': string | null;
  readonly '~words': string;
}

/** Works out what search keeps of a record. @param values all of its values by path */
export function searchTexts(search: CompiledSearch, values: ReadonlyMap<string, unknown>): SearchTexts {
  const short: string[] = [];
  const folded: string[] = [];
  const details: string[] = [];
  let isFolded = true;
  for (const one of search.short) {
    for (const value of valuesIn(one, values)) {
      const line = oneLine(value);
      const plain = foldText(line);
      short.push(line);
      folded.push(` ${plain}`);
      if (one.field === search.title) continue;
      details.push(line);
      isFolded &&= line === plain;
    }
  }
  return {
    '~title': search.title === null ? null : titleOf(values.get(search.title.path)),
    '~text': folded.join('\n').slice(0, longestText),
    '~details': isFolded ? null : details.join('\n').slice(0, longestText),
    '~words': wordsOf([...short, ...search.long.flatMap((field) => valuesIn(field, values))]).join(' '),
  };
}

/** More than this is found by its words only. */
const longestText = 10_000;
const longestTitle = 500;

function titleOf(value: unknown): string | null {
  return isText(value) ? oneLine(String(value)).slice(0, longestTitle) : null;
}

function valuesIn({ field, item }: SearchedField, values: ReadonlyMap<string, unknown>): string[] {
  const value = values.get(field.path);
  if (item === null) return isText(value) ? [String(value)] : [];
  const parts: string[] = [];
  for (const entry of Array.isArray(value) ? (value as readonly Readonly<Record<string, unknown>>[]) : []) {
    const part = entry[item.name];
    if (isText(part)) parts.push(String(part));
  }
  return parts;
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** More than a blank between words. */
const uneven = /\s\s|[^\S ]/;

function oneLine(text: string): string {
  return (uneven.test(text) ? text.replaceAll(/\s+/g, ' ') : text).trim();
}
