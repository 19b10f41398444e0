import { WorkQueue } from '../../auth/work-queue.js';
import { refuseFile } from '../file-refusal.js';
import type { Delimiter } from '../csv/delimiter.js';
import { readHeader } from '../csv/header.js';
import { openCards } from '../vcard/cards.js';
import { openSpreadsheet } from '../xlsx/spreadsheet.js';
import { decodeText } from './decode-text.js';
import { detectEncoding } from './detect-encoding.js';
import { formatOf, type FileFormat } from './file-kind.js';
import { beginningOf, type ImportFile } from './import-file.js';
import { piecesOf } from './table-text.js';

/** What somebody says about a file; the rest is found in it. */
export interface TableOptions {
  readonly delimiter?: Delimiter;
  /** WHATWG label. */
  readonly encoding?: string;
  /** Name of the sheet of a spreadsheet. */
  readonly sheet?: string;
  /** Row of a sheet with the names of the columns, from 1; titles above it are left out. */
  readonly headerRow?: number;
}

/** A file as a table, whatever its form is. */
export interface ImportTable {
  readonly format: FileFormat;
  /** Of the file; the text is UTF-8. */
  readonly encoding: string;
  readonly delimiter: Delimiter;
  /** Names of the columns. */
  readonly header: readonly string[];
  /** Sheets there are, and the one that is read; none and null without any. */
  readonly sheets: readonly string[];
  readonly sheet: string | null;
  /** The beginning of the text: header and first rows. */
  readonly beginning: Buffer;
  /** UTF-8 without a byte order mark, in pieces; read from the file each time. */
  text(): AsyncIterable<Buffer>;
}

/**
 * Opens a file.
 * @throws ValidationError with the reason, the line and the column; TooLargeError `file_too_large`; UnavailableError `overloaded`
 */
export async function openTable(file: ImportFile, options: TableOptions = {}): Promise<ImportTable> {
  const format = formatOf(await beginningOf(file, 512));
  return inTurn({ format }, async () => {
    const { delimiter: wanted, ...source } = await openText(file, format, options);
    const beginning = await startOf(source.text());
    if (beginning.toString('latin1').trim() === '') throw refuseFile('empty_file', 'The file has no text in it.');
    const { delimiter, names } = readHeader(beginning, wanted);
    return { ...source, delimiter, header: names, beginning };
  });
}

/** While a spreadsheet is read the texts of its cells are in memory, some 200 MB at most: few at a time, whoever sends them. */
const spreadsheets = new WorkQueue({ concurrent: 2, waiting: 20 });

/** Reads a table when its turn comes. @throws UnavailableError `overloaded` */
export function inTurn<T>({ format }: Pick<ImportTable, 'format'>, read: () => Promise<T>): Promise<T> {
  return format === 'xlsx' ? spreadsheets.run(read) : read();
}

type OpenText = Pick<ImportTable, 'format' | 'encoding' | 'sheets' | 'sheet' | 'text'> & {
  readonly delimiter: Delimiter | undefined;
};

async function openText(file: ImportFile, format: FileFormat, options: TableOptions): Promise<OpenText> {
  if (format === 'xlsx') {
    const { sheets, sheet, lines } = await openSpreadsheet(file, options);
    return { format, encoding: 'utf-8', delimiter: ',', sheets, sheet, text: () => piecesOf(lines()) };
  }
  const encoding = options.encoding?.toLowerCase() ?? (await detectEncoding(file));
  const plain = { encoding, sheets: [], sheet: null };
  if (format === 'csv')
    return { format, ...plain, delimiter: options.delimiter, text: () => decodeText(file, encoding) };
  const { lines } = await openCards(file, encoding);
  return { format, ...plain, delimiter: ',', text: () => piecesOf(lines()) };
}

/** Enough for the header and rows to show. */
const beginningBytes = 128 * 1024;

async function startOf(text: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of text) {
    pieces.push(piece);
    size += piece.length;
    if (size >= beginningBytes) break;
  }
  return Buffer.concat(pieces);
}
