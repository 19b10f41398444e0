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

/** Number of rows below the header, broken ones included. */
export async function countRows(text: Buffer, shape: CsvShape): Promise<number> {
  let count = 0;
  for await (const rows of chunksOf(pieces(text), shape, () => 10_000)) count += rows.length;
  return count;
}

const pieceBytes = 256 * 1024;

/** Gives the event loop a turn between pieces. */
async function* pieces(text: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < text.length; at += pieceBytes) {
    await new Promise(setImmediate);
    yield text.subarray(at, at + pieceBytes);
  }
}
