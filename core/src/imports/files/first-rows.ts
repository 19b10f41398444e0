import { readRows, type CsvShape } from '../csv/read-rows.js';

/** The first rows below the header that can be read, from the beginning of a text: to look at, not to import. */
export async function firstRows(
  beginning: Buffer,
  shape: CsvShape,
  limit = 500,
): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for await (const part of readRows([beginning], shape))
    rows.push(...part.filter(({ broken }) => broken === undefined).map(({ cells }) => cells));
  return rows.slice(1, limit + 1);
}
