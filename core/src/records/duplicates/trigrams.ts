/** Likeness of two texts between 0 and 1, as `similarity` of pg_trgm tells it: parts of three letters they share, of all they have. */
export function similarity(left: string, right: string): number {
  const ours = trigramsOf(left);
  const theirs = trigramsOf(right);
  const shared = [...ours].filter((gram) => theirs.has(gram)).length;
  const all = ours.size + theirs.size - shared;
  return all === 0 ? 0 : shared / all;
}

function trigramsOf(text: string): ReadonlySet<string> {
  const grams = new Set<string>();
  for (const word of text.match(words) ?? []) {
    const letters = Array.from(`  ${word} `);
    for (let start = 0; start + 3 <= letters.length; start++) grams.add(letters.slice(start, start + 3).join(''));
  }
  return grams;
}

const words = /[\p{L}\p{N}]+/gu;
