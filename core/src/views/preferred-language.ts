/**
 * The language among `known` that a browser would rather read: RFC 9110 §12.5.4, by weight, then by order. A tag fits its own language
 * whatever the region: `zh-TW` is better served with `zh-CN` than with English.
 * @param known BCP 47 tags there are texts in
 * @returns null when it asks for none of them
 */
export function preferredLanguage(acceptLanguage: string, known: readonly string[]): string | null {
  for (const tag of askedLanguages(acceptLanguage)) {
    const fitting =
      known.find((candidate) => candidate === tag) ?? known.find((candidate) => isSameLanguage(candidate, tag));
    if (fitting !== undefined) return fitting;
  }
  return null;
}

/** Tags of the header that are well-formed, best first; `*` and what is not wanted (`q=0`) are left out. */
export function askedLanguages(acceptLanguage: string): readonly string[] {
  const entries = acceptLanguage.slice(0, longestHeader).split(',').map(toEntry);
  const asked = entries.filter(({ tag, weight }) => weight > 0 && isTag(tag));
  return asked.toSorted((left, right) => right.weight - left.weight).map(({ tag }) => tag);
}

/** Browsers send some dozens of characters; nobody makes us parse more. */
const longestHeader = 500;

function toEntry(entry: string): { readonly tag: string; readonly weight: number } {
  const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function isSameLanguage(left: string, right: string): boolean {
  return new Intl.Locale(left).language === new Intl.Locale(right).language;
}
