import { Big } from 'big.js';

/** How numbers are written in a file. */
export interface NumberFormat {
  readonly decimal: '.' | ',';
  /** Factor each number is multiplied by. */
  readonly scale: string;
}

/** Reads a number with or without groups of thousands; null when the text is none. Exact: no float in between. */
export function readNumber(text: string, { decimal, scale }: NumberFormat): Big | null {
  const plain = patterns[decimal].test(text) ? text.replaceAll(groups[decimal], '').replace(',', '.') : null;
  return plain === null ? null : new Big(plain).times(scale);
}

/** Digits in threes may be parted by a space, `'` or the sign that is not the decimal one. */
const patterns = {
  '.': /^[+-]?(\d+|\d{1,3}([ \u00a0\u202f',]\d{3})+)(\.\d+)?$/,
  ',': /^[+-]?(\d+|\d{1,3}([ \u00a0\u202f'.]\d{3})+)(,\d+)?$/,
} as const;

const groups = { '.': /[ \u00a0\u202f',+]/g, ',': /[ \u00a0\u202f'.+]/g } as const;
