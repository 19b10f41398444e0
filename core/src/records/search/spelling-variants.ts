/** Letters that stand in for a wrong one, by script. Texts are folded, so accents and capitals are no letters of their own. */
const alphabets: readonly { readonly word: RegExp; readonly letters: readonly string[] }[] = [
  { word: /^[a-z]+$/, letters: lettersBetween('a', 'z') },
  { word: /^[а-я]+$/, letters: lettersBetween('а', 'я') },
  { word: /^[α-ω]+$/, letters: lettersBetween('α', 'ω') },
];

/** Of shorter words nearly every variant is another word; longer ones are no words. */
const shortest = 4;
const longest = 24;

/**
 * All that a folded word may have been meant to be when one letter is wrong, missing, too many, or has changed places with its
 * neighbour, the likeliest mistakes first. None for what is no word of one script.
 */
export function spellingVariants(word: string): readonly string[] {
  const alphabet = alphabets.find((one) => one.word.test(word));
  if (alphabet === undefined || word.length < shortest || word.length > longest) return [];
  const { letters } = alphabet;
  const places = Array.from({ length: word.length + 1 }, (_, place) => place);
  const inner = places.slice(0, -1);
  const swapped = inner.slice(0, -1).map((at) => `${word.slice(0, at)}${word[at + 1]}${word[at]}${word.slice(at + 2)}`);
  const completed = places.flatMap((at) => letters.map((letter) => `${word.slice(0, at)}${letter}${word.slice(at)}`));
  const shortened = inner.map((at) => `${word.slice(0, at)}${word.slice(at + 1)}`);
  const changed = inner.flatMap((at) => letters.map((letter) => `${word.slice(0, at)}${letter}${word.slice(at + 1)}`));
  const variants = new Set([...swapped, ...completed, ...shortened, ...changed]);
  variants.delete(word);
  return [...variants];
}

function lettersBetween(first: string, last: string): string[] {
  const from = first.charCodeAt(0);
  return Array.from({ length: last.charCodeAt(0) - from + 1 }, (_, index) => String.fromCharCode(from + index));
}
