import { checkVAT, countries } from 'jsvat';

/** A VAT number as it is kept: capitals and digits, the country in front; Swiss and Norwegian ones without the tax behind them. */
export function canonicalVatNumber(text: string): string {
  const bare = text.toUpperCase().replaceAll(/[\s./-]/g, '');
  return bare.replace(/^(CHE\d{9})(?:MWST|TVA|IVA|VAT)$/, '$1').replace(/^(NO\d{9})MVA$/, '$1');
}

/**
 * Whether a VAT number can be one: the check digits are right where the country's are known (EU, United Kingdom, Switzerland, Norway …);
 * elsewhere it has a country and 2 to 18 letters and digits. Nobody is asked whether it was given to somebody.
 */
export function isVatNumber(value: string): boolean {
  if (!plausible.test(value)) return false;
  // Northern Ireland counts as the United Kingdom does.
  const number = value.replace(/^XI/, 'GB');
  return !checked.has(number.slice(0, 2)) || checkVAT(number, europe).isValid;
}

const plausible = /^[A-Z]{2}[A-Z0-9]{2,18}$/;
/** Their numbers do not begin with the country. */
const others: ReadonlySet<string> = new Set(['BR', 'RU']);
const europe = countries.filter(({ codes }) => !others.has(codes[0] ?? ''));
const checked: ReadonlySet<string> = new Set([...europe.map(({ codes }) => codes[0] ?? ''), 'EL']);
