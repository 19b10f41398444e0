import { lineEnd } from './lines.js';

const quote = 34;

/** A part of a text at the boundaries of its rows. */
export interface Stretch {
  /** Without quotes: each line is a row, and each delimiter parts two cells. */
  readonly isPlain: boolean;
  readonly bytes: number;
}

/** The lines before the first quote; or, when the first line has one, those up to the next row without. */
export function firstStretch(text: Buffer): Stretch {
  const first = text.indexOf(quote);
  if (first === -1) return { isPlain: true, bytes: text.length };
  const lineStart = Math.max(text.lastIndexOf(10, first), text.lastIndexOf(13, first)) + 1;
  return lineStart > 0 ? { isPlain: true, bytes: lineStart } : { isPlain: false, bytes: quotedBytes(text) };
}

/** Behind an even number of quotes a line break ends a row; whether they stand where they may is for the parser to say. */
function quotedBytes(text: Buffer): number {
  let end = 0;
  let next = text.indexOf(quote);
  while (next !== -1 && next < lineEnd(text, end) && end < longestStretch) {
    end = rowEnd(text, next);
    next = text.indexOf(quote, end);
  }
  return end;
}

/** Each stray quote has its stretch read anew, so stretches are short. */
const longestStretch = 16 * 1024;

/** End of a row by its first quote; of the text when its last quote is not closed. */
function rowEnd(text: Buffer, first: number): number {
  let open = first;
  for (;;) {
    const closing = text.indexOf(quote, open + 1);
    if (closing === -1) return text.length;
    const end = lineEnd(text, closing);
    open = text.indexOf(quote, closing + 1);
    if (open === -1 || open >= end) return end;
  }
}

/** The rows of a plain stretch as their cells; null for an empty line. */
export function plainRows(text: Buffer, delimiter: string): readonly (readonly string[] | null)[] {
  const lines = text.toString('utf8').split(text.includes(13) ? /\r\n|\n|\r/ : '\n');
  // What stands behind the last line break is no line.
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line === '' ? null : line.split(delimiter)));
}
