const lineFeed = 10;
const carriageReturn = 13;

/** Number of line breaks (`\n`, `\r\n` or `\r`). */
export function lineBreaks(text: Buffer): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === lineFeed || (text[at] === carriageReturn && text[at + 1] !== lineFeed)) count += 1;
  }
  return count;
}

/** Position behind the last complete line; 0 when there is none. A `\r` at the very end may be half of a `\r\n`. */
export function lastLineEnd(text: Buffer): number {
  const lastFeed = text.lastIndexOf(lineFeed);
  if (lastFeed !== -1) return lastFeed + 1;
  const lastReturn = text.subarray(0, -1).lastIndexOf(carriageReturn);
  return lastReturn + 1;
}

/** Position behind the line that contains `from`, its break included. */
export function lineEnd(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== lineFeed && text[at] !== carriageReturn) at += 1;
  if (text[at] === carriageReturn && text[at + 1] === lineFeed) return at + 2;
  return Math.min(at + 1, text.length);
}

/** Position of the first byte that is no line break. */
export function startOfText(text: Buffer): number {
  let at = 0;
  while (at < text.length && (text[at] === lineFeed || text[at] === carriageReturn)) at += 1;
  return at === text.length ? 0 : at;
}
