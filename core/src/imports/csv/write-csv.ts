import type { Delimiter } from './delimiter.js';

/** One line of CSV with its line break. A cell that a spreadsheet would take for a formula gets a `'` in front. */
export function csvLine(cells: readonly string[], delimiter: Delimiter = ','): string {
  const special = specialBeside[delimiter];
  let line = '';
  for (const [place, cell] of cells.entries()) line += (place === 0 ? '' : delimiter) + cellText(cell, special);
  return `${line}\r\n`;
}

/** Many lines, each with its line break, in the same way. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  let text = '';
  for (const cells of rows) text += csvLine(cells);
  return text;
}

/** What a cell is quoted for. Half a line break inside a cell would end the line for some readers. */
const specialBeside: Readonly<Record<Delimiter, RegExp>> = {
  ',': /[",\r\n]/,
  ';': /[";\r\n]/,
  '\t': /["\t\r\n]/,
  '|': /["|\r\n]/,
};

function cellText(cell: string, special: RegExp): string {
  const text = withoutFormula(cell);
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `=`, `+`, `-`, `@`, tab and carriage return start a formula somewhere; a plain number does no harm. */
function withoutFormula(cell: string): string {
  return /^[=+\-@\t\r]/.test(cell) && !/^[+-]?\d+([.,]\d+)*$/.test(cell) ? `'${cell}` : cell;
}
