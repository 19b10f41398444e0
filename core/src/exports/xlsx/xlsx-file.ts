import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Column } from '../columns.js';
import { parts, sheetEnd, sheetStart } from './parts.js';
import { rowXml } from './row-xml.js';

/** Rows of a sheet at most, the header among them. */
export const mostSheetRows = 1_048_576;

/** A table as a workbook of one sheet, written as it is read: nothing of it is kept. */
export function xlsxFile(
  columns: readonly Column[],
  pages: AsyncIterable<readonly (readonly string[])[]>,
  at: Date,
): Readable {
  const zip = new ZipFile();
  for (const [name, xml] of Object.entries(parts)) zip.addBuffer(Buffer.from(xml), name, { mtime: at });
  const sheet = Readable.from(sheetXml(columns, pages), { objectMode: false });
  zip.addReadStream(sheet, 'xl/worksheets/sheet1.xml', { mtime: at, compressionLevel: 1 });
  zip.end();
  const file = Readable.from(zip.outputStream, { objectMode: false });
  // A reader who goes away, or a page that cannot be read, ends the other side too.
  sheet.on('error', (error) => file.destroy(error));
  file.on('close', () => sheet.destroy());
  return file;
}

async function* sheetXml(
  columns: readonly Column[],
  pages: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<string> {
  const header = columns.map((column) => ({ ...column, kind: 'text' as const }));
  yield (
    sheetStart +
    rowXml(
      header,
      columns.map((column) => column.header),
    )
  );
  for await (const rows of pages) yield rows.map((cells) => rowXml(columns, cells)).join('');
  yield sheetEnd;
}
