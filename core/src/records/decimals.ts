import { Big } from 'big.js';

const plainDecimal = /^-?[0-9]{1,30}(\.[0-9]{1,30})?$/;

/** The one way to write a decimal: no zeros at the end, no `-0`. Null when the text is none. */
export function canonicalDecimal(text: string): string | null {
  const trimmed = text.trim();
  if (!plainDecimal.test(trimmed)) return null;
  const number = new Big(trimmed);
  return number.eq(0) ? '0' : number.toFixed();
}

/** An amount of money as text: two decimals at least, four at most where they are not zero. */
export function canonicalMoney(amount: Big): string {
  const text = amount.eq(0) ? '0' : amount.toFixed();
  const decimals = text.split('.')[1]?.length ?? 0;
  return decimals < 2 ? new Big(text).toFixed(2) : text;
}

/** A number as the database or JSON gives it, as text. @throws TypeError for anything else */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new TypeError(`expected a number or its text, got ${typeof value}`);
}
