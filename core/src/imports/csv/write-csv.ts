import { stringify } from 'csv-stringify/sync';
import type { Delimiter } from './delimiter.js';

/** One line of CSV with its line break. A cell that a spreadsheet would take for a formula gets a `'` in front. */
export function csvLine(cells: readonly string[], delimiter: Delimiter = ','): string {
  return stringify([cells.map(withoutFormula)], { delimiter, record_delimiter: '\r\n' });
}

/** `=`, `+`, `-`, `@`, tab and carriage return start a formula somewhere; a plain number does no harm. */
function withoutFormula(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+([.,]\d+)*$/.test(cell) ? `'${cell}` : cell;
}
