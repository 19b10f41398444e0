import { stringify } from 'csv-stringify/sync';
import type { Delimiter } from './delimiter.js';

/** Half a line break inside a cell would end the line for some readers. */
const form = { record_delimiter: '\r\n', quoted_match: /[\r\n]/ } as const;

/** One line of CSV with its line break. A cell that a spreadsheet would take for a formula gets a `'` in front. */
export function csvLine(cells: readonly string[], delimiter: Delimiter = ','): string {
  return stringify([cells.map(withoutFormula)], { ...form, delimiter });
}

/** Many lines, each with its line break, in the same way. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(
    rows.map((cells) => cells.map(withoutFormula)),
    form,
  );
}

/** `=`, `+`, `-`, `@`, tab and carriage return start a formula somewhere; a plain number does no harm. */
function withoutFormula(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+([.,]\d+)*$/.test(cell) ? `'${cell}` : cell;
}
