import { refuseFile } from '../file-refusal.js';
import type { ImportFile } from '../files/import-file.js';
import { tableLine } from '../files/table-text.js';
import { readCellFormats } from './cell-formats.js';
import { readSharedTexts } from './shared-texts.js';
import { fromHeader } from './header-row.js';
import { SheetReader, type SheetRow } from './sheet-rows.js';
import { readWorkbook, type Sheet } from './workbook.js';
import { xmlEvents } from './xml-events.js';
import { broken } from './xlsx-limits.js';
import { readZip, type ZipParts } from './zip-parts.js';

/** A spreadsheet that can be imported, one sheet of it. */
export interface Spreadsheet {
  /** Names of the sheets that are not hidden, in their order. */
  readonly sheets: readonly string[];
  /** The one that is read. */
  readonly sheet: string;
  /** One line for each row of the sheet, empty ones included and those above the names of the columns empty, up to the last that has a cell. */
  lines(): AsyncGenerator<string>;
}

/** Which table of a spreadsheet is meant. */
export interface WantedTable {
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
}

/**
 * Opens a spreadsheet.
 * @param wanted name of the sheet, the first one when left out; number of the row with the names of the columns, found when left out
 * @throws ValidationError `not_a_spreadsheet`, `broken_spreadsheet`, `unknown_sheet`
 */
export async function openSpreadsheet(
  file: ImportFile,
  { sheet: wanted, headerRow }: WantedTable = {},
): Promise<Spreadsheet> {
  const zip = await readZip(file);
  if (!zip.has('[Content_Types].xml')) throw notASpreadsheet();
  const { sheets, isFrom1904 } = await readWorkbook(zip);
  const visible = sheets.filter(({ isHidden }) => !isHidden);
  const names = visible.map(({ name }) => name);
  const sheet = wanted === undefined ? visible[0] : visible.find(({ name }) => name === wanted);
  if (sheet === undefined) throw noSuchSheet(wanted, names);
  return { sheets: names, sheet: sheet.name, lines: () => linesOf(zip, sheet, { isFrom1904, headerRow }) };
}

async function* linesOf(
  zip: ZipParts,
  sheet: Sheet,
  { isFrom1904, headerRow }: { readonly isFrom1904: boolean; readonly headerRow: number | undefined },
): AsyncGenerator<string> {
  const texts = await readSharedTexts(zip);
  const formats = await readCellFormats(zip);
  const reader = new SheetReader({ texts, formats, isFrom1904 });
  const rows = xmlEvents(zip.open(sheet.part), reader, () => reader.take());
  let line = 0;
  let columns = 0;
  for await (const { number, cells } of fromHeader(rows, headerRow)) {
    if (line < number - 1) yield '\n'.repeat(number - 1 - line);
    line = number;
    if (columns === 0) columns = cells.length;
    yield tableLine(fitted(cells, columns));
  }
}

/** As many cells as the header has, one more for a row that goes beyond it. */
function fitted(cells: SheetRow['cells'], columns: number): readonly string[] {
  if (cells.length > columns) return cells.slice(0, columns + 1);
  return [...cells, ...Array.from({ length: columns - cells.length }, () => '')];
}

function notASpreadsheet() {
  return refuseFile('not_a_spreadsheet', 'This is an archive and no spreadsheet. CSV, XLSX and vCard can be imported.');
}

function noSuchSheet(wanted: string | undefined, names: readonly string[]) {
  if (wanted === undefined) return broken('it has no sheet');
  const message = `There is no sheet "${wanted}". Sheets: ${names.join(', ')}.`;
  return refuseFile('unknown_sheet', message, { sheet: wanted, sheets: names.join(', ') });
}
