import type { CsvRow } from '../csv/csv-row.js';
import { readRows, type CsvShape } from '../csv/read-rows.js';

/** Rows of a file below its header, in sets of at most `sizeOf` their position. */
export async function* chunksOf(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  shape: CsvShape,
  sizeOf: (position: number) => number,
): AsyncGenerator<readonly CsvRow[]> {
  let waiting: CsvRow[] = [];
  let isHeader = true;
  let position = 0;
  for await (const rows of readRows(pieces, shape)) {
    waiting.push(...(isHeader ? rows.slice(1) : rows));
    isHeader = false;
    for (let size = sizeOf(position); waiting.length >= size; size = sizeOf(position)) {
      position += 1;
      yield waiting.slice(0, size);
      waiting = waiting.slice(size);
    }
  }
  if (waiting.length > 0) yield waiting;
}
