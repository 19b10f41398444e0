import { foldText, foldWrittenOut, isPlain } from './fold-text.js';

/** A word of a folded text, or a run of characters of a script that writes without blanks. */
export interface TextRun {
  readonly text: string;
  readonly isUnspaced: boolean;
}

/** Words and runs of a folded text, in order; what stands between them counts for nothing. */
export function runsOf(folded: string): TextRun[] {
  return [...folded.matchAll(run)].map(({ 0: text, groups }) => ({
    text: text.slice(0, longestWord),
    isUnspaced: groups?.['unspaced'] !== undefined,
  }));
}

/** A run as characters and pairs of neighbours: any part of it is found by the pairs it is made of. */
export function gramsOf(text: string): string[] {
  const characters = Array.from(text);
  return [...characters, ...characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)];
}

/** All that whole words of texts are found by, each once. */
export function wordsOf(texts: readonly string[]): readonly string[] {
  const words = new Set<string>();
  for (const text of texts) {
    addWords(words, text);
    if (words.size > mostWords) break;
  }
  return words.size > mostWords ? [...words].slice(0, mostWords) : [...words];
}

/** Most texts are plain, and there are many of them. */
function addWords(words: Set<string>, text: string): void {
  if (isPlain(text)) addPlainWords(words, text.toLowerCase());
  else
    for (const variant of new Set([foldText(text), foldWrittenOut(text)]))
      for (const part of runsOf(variant).flatMap(partsOf)) words.add(part);
}

/** By hand: matches of an expression cost several times as much. @param text lower case and ASCII */
function addPlainWords(words: Set<string>, text: string): void {
  let start = -1;
  for (let at = 0; at <= text.length; at += 1) {
    if (isWordSign(text.charCodeAt(at))) {
      if (start === -1) start = at;
    } else if (start !== -1) {
      words.add(text.slice(start, Math.min(at, start + longestWord)));
      start = -1;
    }
  }
}

/** Digits and small letters; behind the end of a text there is no sign. */
function isWordSign(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}

function partsOf({ text, isUnspaced }: TextRun): readonly string[] {
  return isUnspaced ? gramsOf(text) : [text];
}

/** Longer ones are found by their beginning. PostgreSQL takes 2 KB each and 1 MB together. */
const longestWord = 100;
const mostWords = 5000;

const run =
  /(?<unspaced>[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}ー]+)|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}ー]]+/gv;
