import { csvLines } from '../imports/csv/write-csv.js';
import type { Column } from './columns.js';

/** A table as CSV: UTF-8, comma, CRLF, formulas made harmless. */
export async function* csvFile(
  columns: readonly Column[],
  pages: AsyncIterable<readonly (readonly string[])[]>,
  { hasBom }: { readonly hasBom: boolean },
): AsyncGenerator<string> {
  yield `${hasBom ? '\uFEFF' : ''}${csvLines([columns.map(({ header }) => header)])}`;
  for await (const rows of pages) yield csvLines(rows);
}
