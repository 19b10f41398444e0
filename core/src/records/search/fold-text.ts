/** A text as search compares it: lower case, Latin, Greek and Cyrillic letters without accents, compatible forms as one. */
export function foldText(text: string): string {
  if (isPlain(text)) return text.toLowerCase();
  const bare = text.normalize('NFKD').replace(accents, '').normalize('NFC').toLowerCase();
  return bare.replace(ligatures, (letter) => letterParts[letter] ?? letter);
}

/** The same with umlauts written out: Müller is found as Mueller too. The text itself when it has none. */
export function foldWrittenOut(text: string): string {
  return foldText(text.normalize('NFC').replace(umlauts, (letter) => writtenOut[letter.toLowerCase()] ?? letter));
}

/** Whether a text is ASCII: there is nothing to fold but its case. */
export function isPlain(text: string): boolean {
  return plainAscii.test(text);
}

const plainAscii = /^[\0-\x7f]*$/;
const accents = /[\u0300-\u036f]+/g;
const ligatures = /[ßæœøđðłþı]/g;
const umlauts = /[äöüåø]/gi;

const letterParts: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ı: 'i',
};

const writtenOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' };
