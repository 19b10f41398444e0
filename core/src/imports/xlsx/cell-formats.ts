import { drain, nothing } from './workbook.js';
import { tooLarge, xlsxLimits } from './xlsx-limits.js';
import { xmlEvents } from './xml-events.js';
import type { ZipParts } from './zip-parts.js';

/** How a number in a cell is meant. */
export type NumberKind = 'number' | 'date' | 'percent';

/** Kinds by the number of a cell's style. */
export type CellFormats = readonly NumberKind[];

const part = 'xl/styles.xml';

/** Reads which styles show numbers as dates or percentages. @throws ValidationError `spreadsheet_too_large` */
export async function readCellFormats(zip: ZipParts): Promise<CellFormats> {
  if (!zip.has(part)) return [];
  const codes = new Map<number, string>();
  const kinds: NumberKind[] = [];
  const state = { isWithinCells: false };
  const listener = {
    opened(name: string, attributes: Readonly<Record<string, string>>): void {
      const id = Number(attributes['numFmtId'] ?? 0);
      if (name === 'numFmt') codes.set(id, attributes['formatCode'] ?? '');
      if (name === 'cellXfs') state.isWithinCells = true;
      if (name === 'xf' && state.isWithinCells) kinds.push(kindOf(id, codes.get(id)));
      if (Math.max(kinds.length, codes.size) > xlsxLimits.listed) throw tooLarge();
    },
    closed(name: string): void {
      if (name === 'cellXfs') state.isWithinCells = false;
    },
  };
  await drain(xmlEvents(zip.open(part), listener, nothing));
  return kinds;
}

/** Numbers of formats that every spreadsheet has; 27 to 36 and 50 to 58 are dates of East Asia. */
function kindOf(id: number, code: string | undefined): NumberKind {
  if (code !== undefined) return kindOfCode(code);
  if (id === 9 || id === 10) return 'percent';
  return usualDates.some(([first, last]) => id >= first && id <= last) ? 'date' : 'number';
}

const usualDates = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const;

/** Letters of dates outside of quotes, escapes, colours and conditions. */
function kindOfCode(code: string): NumberKind {
  const plain = code.replaceAll(/"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]/gi, '').toLowerCase();
  if (/general/.test(plain)) return 'number';
  if (/[ymdhs]/.test(plain)) return 'date';
  return plain.includes('%') ? 'percent' : 'number';
}
