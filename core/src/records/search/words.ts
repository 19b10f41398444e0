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
    for (const word of wordsIn(text)) words.add(word);
    if (words.size > mostWords) break;
  }
  return words.size > mostWords ? [...words].slice(0, mostWords) : [...words];
}

/** Most texts are plain, and there are many of them. */
function wordsIn(text: string): readonly string[] {
  if (isPlain(text)) return (text.toLowerCase().match(plainWord) ?? []).map(shortened);
  return [...new Set([foldText(text), foldWrittenOut(text)])].flatMap((variant) => runsOf(variant).flatMap(partsOf));
}

function shortened(word: string): string {
  return word.length > longestWord ? word.slice(0, longestWord) : word;
}

const plainWord = /[a-z0-9]+/g;

function partsOf({ text, isUnspaced }: TextRun): readonly string[] {
  return isUnspaced ? gramsOf(text) : [text];
}

/** Longer ones are found by their beginning. PostgreSQL takes 2 KB each and 1 MB together. */
const longestWord = 100;
const mostWords = 5000;

const run =
  /(?<unspaced>[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}ー]+)|[[\p{L}\p{N}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}ー]]+/gv;
