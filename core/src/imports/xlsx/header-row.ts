import type { SheetRow } from './sheet-rows.js';

/** Rows that are looked at to find the one with the names of the columns. */
const lookedAt = 20;

/**
 * The rows of a sheet from the one with the names of its columns on; titles and notes above it are left out.
 * @param wanted number of that row, from 1; found when left out
 */
export async function* fromHeader(rows: AsyncIterable<SheetRow>, wanted: number | undefined): AsyncGenerator<SheetRow> {
  const first: SheetRow[] = [];
  let isFound = false;
  for await (const row of rows) {
    if (wanted !== undefined) {
      if (row.number >= wanted) yield row;
    } else if (isFound) yield row;
    else if (first.push(row) === lookedAt) {
      isFound = true;
      yield* first.slice(headerPlace(first));
    }
  }
  if (!isFound) yield* first.slice(headerPlace(first));
}

/** A title has one or two cells where the table below it has many: the header is the first row that is not so narrow. */
function headerPlace(rows: readonly SheetRow[]): number {
  const widths = rows.map(({ cells }) => cells.filter((text) => text.trim() !== '').length);
  const widest = Math.max(0, ...widths);
  const place = widths.findIndex((width) => width * 3 > widest);
  return Math.max(0, place);
}
