import type { Field } from '@trellis-crm/sdk';
import { compileDateFormat } from '../mapping/date-format.js';
import { readerFor } from '../mapping/value-readers.js';
import { readNumber } from '../mapping/read-number.js';
import type { ColumnPlan } from './import-plan.js';

/** How the texts of a column are read. */
export type GuessedFormat = Pick<ColumnPlan, 'format' | 'decimal' | 'values'>;

/** What a guess may lean on. */
export interface FormatHints {
  /** Takes this one of several dates that fit (03/04/2026); none when left out. */
  readonly isMonthFirst?: boolean;
  /** Option as people read it, beside its own name. */
  readonly optionLabel?: (option: string) => string;
}

/** Looks at texts of a column for how its dates, numbers or options are written; empty when the usual way fits or nothing does. */
export function guessFormat(declared: Field, texts: readonly string[], hints: FormatHints = {}): GuessedFormat {
  const filled = texts.filter((text) => text !== '');
  if (filled.length === 0) return {};
  if (declared.kind === 'date' || declared.kind === 'dateTime') return dateFormat(declared, filled, hints);
  if (numberKinds.has(declared.kind)) return numberFormat(filled);
  return declared.options === undefined ? {} : optionValues(declared, filled, hints);
}

const numberKinds = new Set<string>(['integer', 'decimal', 'percent', 'money', 'duration']);

const days = [
  'DD.MM.YYYY',
  'DD/MM/YYYY',
  'MM/DD/YYYY',
  'DD-MM-YYYY',
  'MM-DD-YYYY',
  'YYYY/MM/DD',
  'YYYY.MM.DD',
  'YYYY年MM月DD日',
  'DD.MM.YY',
  'DD/MM/YY',
  'MM/DD/YY',
  'YYYYMMDD',
] as const;

/** Formats of dates that people may choose from; ISO 8601 needs none. */
export const dateFormats: readonly string[] = ['', ' HH:mm', ' HH:mm:ss'].flatMap((time) =>
  days.map((day) => day + time),
);

function dateFormat(declared: Field, texts: readonly string[], { isMonthFirst }: FormatHints): GuessedFormat {
  const read = readerFor({ field: declared, source: {}, currency: '', target: null });
  if (texts.every((text) => !('problem' in read(text)))) return {};
  const fitting = dateFormats.filter((format) => {
    const compiled = compileDateFormat(format);
    return texts.every((text) => compiled(text) !== null);
  });
  const [first, other] = fitting;
  if (first === undefined) return {};
  if (other === undefined) return { format: first };
  const wanted = fitting.find((format) => format.startsWith('MM') === isMonthFirst);
  return isMonthFirst === undefined || wanted === undefined ? {} : { format: wanted };
}

function numberFormat(texts: readonly string[]): GuessedFormat {
  const fits = (decimal: '.' | ','): boolean =>
    texts.every((text) => readNumber(withoutUnit(text), { decimal, scale: '1' }) !== null);
  return !fits('.') && fits(',') ? { decimal: ',' } : {};
}

function withoutUnit(text: string): string {
  return text.replaceAll(/^[\p{Sc}\s]+|[\p{Sc}%\s]+$|^[A-Z]{3}\s+|\s+[A-Z]{3}$/gu, '');
}

/** Options as people read them, once a text is none of their names. */
function optionValues(declared: Field, texts: readonly string[], { optionLabel }: FormatHints): GuessedFormat {
  const read = readerFor({ field: declared, source: {}, currency: '', target: null });
  if (optionLabel === undefined || texts.every((text) => !('problem' in read(text)))) return {};
  return { values: Object.fromEntries((declared.options ?? []).map((option) => [optionLabel(option), option])) };
}
