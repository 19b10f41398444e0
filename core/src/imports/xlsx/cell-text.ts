import { Big } from 'big.js';
import type { CellFormats } from './cell-formats.js';
import { unescaped } from './shared-texts.js';

/** What the text of a cell depends on. */
export interface CellSurroundings {
  readonly texts: readonly string[];
  readonly formats: CellFormats;
  readonly isFrom1904: boolean;
}

/** A cell as a sheet writes it. */
export interface RawCell {
  /** `s` shared text, `b` yes or no, `e` an error, `n` a number … */
  readonly type: string;
  readonly style: number;
  readonly value: string;
}

/** A cell as the text that imports read: dates in ISO 8601, numbers with a point, formulas as what they last gave; errors are empty. */
export function cellText(cell: RawCell, surroundings: CellSurroundings): string {
  return texts[cell.type]?.(cell, surroundings) ?? '';
}

type CellReader = (cell: RawCell, surroundings: CellSurroundings) => string;

/** By type; errors have none. */
const texts: Readonly<Record<string, CellReader | undefined>> = {
  s: ({ value }, { texts: shared }) => shared[Number(value)] ?? '',
  str: ({ value }) => unescaped(value),
  inlineStr: ({ value }) => unescaped(value),
  b: ({ value }) => (value === '1' ? 'true' : 'false'),
  d: ({ value }) => value.replace(/T00:00:00(\.0+)?Z?$/, '').replace('T', ' '),
  n: numberText,
};

function numberText({ style, value }: RawCell, { formats, isFrom1904 }: CellSurroundings): string {
  if (!/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,3})?$/i.test(value)) return '';
  const kind = formats[style] ?? 'number';
  if (kind === 'date') return momentText(Number(value), isFrom1904);
  return kind === 'percent' ? `${plainNumber(new Big(value).times(100))}%` : plainNumber(new Big(value));
}

/** Excel keeps 15 digits; what stands behind them is how a computer writes 0.1. */
function plainNumber(number: Big): string {
  return new Big(number.toPrecision(15)).toFixed();
}

const dayMs = 86_400_000;

/** Days since 30 December 1899: the first 59 are counted by one too few, because 1900 is taken for a leap year. */
function daysOf(serial: number, isFrom1904: boolean): number {
  if (isFrom1904) return serial + 1462;
  return serial < 60 ? serial + 1 : serial;
}

/** A date, with its time unless that is midnight; below one, a time alone. */
function momentText(serial: number, isFrom1904: boolean): string {
  if (!(serial >= 0 && serial < 2_958_466)) return '';
  const days = daysOf(serial, isFrom1904);
  const moment = new Date(Date.UTC(1899, 11, 30) + Math.round((days * dayMs) / 1000) * 1000);
  const [date = '', time = ''] = moment.toISOString().slice(0, 19).split('T');
  if (serial < 1 && !isFrom1904) return time;
  return time === '00:00:00' ? date : `${date} ${time}`;
}
