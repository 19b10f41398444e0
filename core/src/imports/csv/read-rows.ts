import { parse } from 'csv-parse/sync';
import { refuseFile } from '../file-refusal.js';
import { breakInCell } from '../files/table-text.js';
import type { CsvRow } from './csv-row.js';
import type { Delimiter } from './delimiter.js';
import { lastLineEnd, lineBreaks, lineEnd, startOfText } from './lines.js';
import { firstStretch, plainRows } from './plain-rows.js';

/** What the reader must know of a file. */
export interface CsvShape {
  readonly delimiter: Delimiter;
  /** Cells each row must have. */
  readonly columns: number;
}

/**
 * Reads rows set by set from UTF-8 pieces of any size. A row that cannot be read costs one line: reading goes on with the
 * next, even when a quote is never closed, so one bad row does not swallow the good ones behind it.
 */
export async function* readRows(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  shape: CsvShape,
): AsyncGenerator<readonly CsvRow[]> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  for await (const piece of pieces) {
    const text = Buffer.concat([rest, piece]);
    const part = readPart(text.subarray(0, lastLineEnd(text)), line, shape, false);
    rest = text.subarray(part.consumed);
    line = part.line;
    if (part.rows.length > 0) yield part.rows;
    if (rest.length > longestLineBytes) throw lineTooLong(line);
  }
  const { rows } = readPart(rest, line, shape, true);
  if (rows.length > 0) yield rows;
}

/** A record longer than this is taken for an unclosed quote. */
const longestRecordBytes = 1024 * 1024;

/** A line longer than this is no row: the file is of another kind, or its line breaks are. */
const longestLineBytes = 4 * 1024 * 1024;

function lineTooLong(line: number) {
  const limitMb = longestLineBytes / 1024 / 1024;
  return refuseFile('line_too_long', `Line ${line} is longer than ${limitMb} MB: this is no table.`, { line, limitMb });
}

interface Part {
  readonly rows: readonly CsvRow[];
  /** Bytes that are done with; the others wait for more text. */
  readonly consumed: number;
  /** Line on which the rest begins. */
  readonly line: number;
}

function readPart(text: Buffer, firstLine: number, shape: CsvShape, isLast: boolean): Part {
  const rows: CsvRow[] = [];
  let consumed = 0;
  let line = firstLine;
  while (consumed < text.length) {
    const rest = text.subarray(consumed);
    const taken = takeRows(rest, line, shape);
    rows.push(...taken.rows);
    consumed += taken.bytes;
    line += taken.lines;
    if (taken.fault === null) continue;
    if (taken.fault === 'open' && !isLast && text.length - consumed < longestRecordBytes) break;
    const skipped = skipLine(text.subarray(consumed), line, taken.fault);
    rows.push(skipped.row);
    consumed += skipped.bytes;
    line += skipped.lines;
  }
  return { rows, consumed, line };
}

/** Rows of the first stretch, or up to its first fault. `unequal`: a row over several lines with another number of cells, so a quote went astray. */
interface Taken {
  readonly rows: readonly CsvRow[];
  readonly bytes: number;
  readonly lines: number;
  readonly fault: Fault | null;
}

function takeRows(text: Buffer, firstLine: number, shape: CsvShape): Taken {
  const { isPlain, bytes } = firstStretch(text);
  const stretch = text.subarray(0, bytes);
  return isPlain ? takePlain(stretch, firstLine, shape) : takeQuoted(stretch, firstLine, shape);
}

function takePlain(text: Buffer, firstLine: number, { delimiter, columns }: CsvShape): Taken {
  const lines = plainRows(text, delimiter);
  const rows: CsvRow[] = [];
  for (const [index, cells] of lines.entries()) if (cells !== null) rows.push(rowOf(firstLine + index, cells, columns));
  return { rows, bytes: text.length, lines: lineBreaks(text), fault: null };
}

function takeQuoted(text: Buffer, firstLine: number, { delimiter, columns }: CsvShape): Taken {
  const { records, fault } = parseRecords(text, delimiter);
  const rows: CsvRow[] = [];
  let bytes = 0;
  let lines = 0;
  for (const { cells, end } of records) {
    const raw = text.subarray(bytes, end);
    const breaks = lineBreaks(raw);
    const blankLines = lineBreaks(raw.subarray(0, startOfText(raw)));
    if (cells.length !== columns && breaks > blankLines + 1) return { rows, bytes, lines, fault: 'unequal' };
    rows.push(rowOf(firstLine + lines + blankLines, cells, columns));
    lines += breaks;
    bytes = end;
  }
  if (fault !== null) return { rows, bytes, lines, fault };
  return { rows, bytes: text.length, lines: lines + lineBreaks(text.subarray(bytes)), fault };
}

interface Attempt {
  readonly records: readonly { readonly cells: readonly string[]; readonly end: number }[];
  readonly fault: Exclude<Fault, 'unequal'> | null;
}

/** `open`: a quote is not closed before the end · `broken`: a quote where none may be. */
type Fault = 'open' | 'broken' | 'unequal';

function parseRecords(text: Buffer, delimiter: Delimiter): Attempt {
  const records: { cells: string[]; end: number }[] = [];
  try {
    parse(text, {
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record(cells: string[], { bytes }) {
        records.push({ cells, end: bytes });
        return null;
      },
    });
    return { records, fault: null };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { records, fault: error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'broken' };
  }
}

function rowOf(line: number, cells: readonly string[], columns: number): CsvRow {
  if (cells.length === columns) return { line, cells: cells.map(withBreaks) };
  const code = cells.length < columns ? 'too_few_cells' : 'too_many_cells';
  return { line, cells, broken: { code, message: `The row has ${cells.length} cells, the header ${columns}.` } };
}

/** Breaks within a cell are kept as another sign where each line is a row of a spreadsheet. */
function withBreaks(cell: string): string {
  return cell.includes(breakInCell) ? cell.replaceAll(breakInCell, '\n') : cell;
}

/** Takes the next line with text in it as a row that cannot be read. */
function skipLine(text: Buffer, line: number, fault: Fault): { row: CsvRow; bytes: number; lines: number } {
  const start = startOfText(text);
  const bytes = lineEnd(text, start);
  const raw = text.toString('utf8', start, bytes).replace(/[\r\n]+$/, '');
  const message = fault === 'open' ? unclosedQuote : strayQuote;
  const blankLines = lineBreaks(text.subarray(0, start));
  const row: CsvRow = { line: line + blankLines, cells: [raw], broken: { code: 'broken_quote', message } };
  return { row, bytes, lines: lineBreaks(text.subarray(0, bytes)) };
}

const unclosedQuote = 'A quote is opened and never closed.';
const strayQuote = 'A quote stands where none may be; double the quotes inside a quoted cell.';
