import { parse } from 'csv-parse/sync';
import { refuseFile } from '../file-refusal.js';
import { columnsWith, delimiterName, delimiters, detectDelimiter, type Delimiter } from './delimiter.js';
import { lineEnd, startOfText } from './lines.js';

/** How a file is written, and the names of its columns. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  /** Trimmed; empty for a column without a name, which cannot be mapped. */
  readonly names: readonly string[];
}

/** Columns a file may have at most. */
const mostColumns = 500;

/**
 * Reads the header. Without a delimiter the one that fits is found.
 * @throws ValidationError `wrong_delimiter`, `broken_header`, `duplicate_header`, `too_many_columns`
 */
export function readHeader(text: Buffer, delimiter?: Delimiter): CsvHeader {
  const sample = text.subarray(0, sampleBytes);
  const used = delimiter ?? detectDelimiter(sample);
  if (delimiter !== undefined) refuseOtherDelimiter(sample, delimiter);
  const names = parseHeader(text, used).map((name) => name.trim());
  if (names.length > mostColumns) throw tooManyColumns(names.length);
  refuseDuplicates(names);
  return { delimiter: used, names };
}

const sampleBytes = 64 * 1024;

function refuseOtherDelimiter(sample: Buffer, delimiter: Delimiter): void {
  if (columnsWith(sample, delimiter) > 1) return;
  const other = delimiters.find((candidate) => candidate !== delimiter && columnsWith(sample, candidate) > 1);
  if (other === undefined) return;
  const count = columnsWith(sample, other);
  const message = `With ${delimiterName(delimiter)} as delimiter line 1 is a single column; ${delimiterName(other)} gives ${count}. Use ${delimiterName(other)}.`;
  throw refuseFile('wrong_delimiter', message, { line: 1, column: firstLine(sample) });
}

function firstLine(sample: Buffer): string {
  const start = startOfText(sample);
  return sample.toString('utf8', start, lineEnd(sample, start)).trim().slice(0, 200);
}

function parseHeader(text: Buffer, delimiter: Delimiter): readonly string[] {
  const start = startOfText(text);
  try {
    // A header name may hold a line break inside quotes, so the parser gets more than the first line.
    const [names] = parse(text.subarray(start, start + sampleBytes), {
      delimiter,
      to: 1,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
    });
    return names ?? [];
  } catch {
    throw refuseFile('broken_header', 'Line 1: a quote in the header is not closed or stands where none may be.', {
      line: 1,
    });
  }
}

function tooManyColumns(count: number) {
  return refuseFile('too_many_columns', `The file has ${count} columns; at most ${mostColumns} can be imported.`, {
    line: 1,
    count,
    limit: mostColumns,
  });
}

function refuseDuplicates(names: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const key = name.toLowerCase();
    const first = seen.get(key);
    if (key !== '' && first !== undefined) {
      const message = `The header names "${name}" twice, as columns ${first + 1} and ${index + 1}. Rename one of them.`;
      throw refuseFile('duplicate_header', message, { line: 1, column: name });
    }
    seen.set(key, index);
  }
}
