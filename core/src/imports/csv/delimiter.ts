import { parse } from 'csv-parse/sync';

/** Characters that separate cells. */
export type Delimiter = ',' | ';' | '\t' | '|';

/** Delimiters a file may have, the likeliest first. */
export const delimiters: readonly Delimiter[] = [',', ';', '\t', '|'];

/** How a delimiter is called in messages. */
export function delimiterName(delimiter: Delimiter): string {
  return delimiter === '\t' ? 'tab' : `"${delimiter}"`;
}

/**
 * The delimiter that cuts the first lines into most columns of the same number; a comma when none does.
 * @param sample beginning of the file, header included
 */
export function detectDelimiter(sample: Buffer): Delimiter {
  const scored = delimiters.map((delimiter) => ({ delimiter, score: score(sample, delimiter) }));
  const best = scored.reduce((first, next) => (next.score > first.score ? next : first));
  return best.score === 0 ? ',' : best.delimiter;
}

/** Columns a delimiter makes of the header line. */
export function columnsWith(sample: Buffer, delimiter: Delimiter): number {
  return cellCounts(sample, delimiter, 1)[0] ?? 0;
}

const sampleRows = 20;

/** Columns of the header, a little more for each following row that has as many. */
function score(sample: Buffer, delimiter: Delimiter): number {
  const [columns = 0, ...others] = cellCounts(sample, delimiter, sampleRows);
  if (columns < 2) return 0;
  const share = others.length === 0 ? 1 : others.filter((count) => count === columns).length / others.length;
  return share * 1000 + columns;
}

function cellCounts(sample: Buffer, delimiter: Delimiter, rows: number): number[] {
  const counts: number[] = [];
  parse(sample, {
    delimiter,
    to: rows,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    on_record(cells: string[]) {
      counts.push(cells.length);
      return null;
    },
  });
  return counts;
}
