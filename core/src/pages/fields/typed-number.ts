import type { FieldKind } from '@trellis-crm/sdk';

/** Fields whose values are numbers. */
export const numberKinds: ReadonlySet<FieldKind> = new Set(['integer', 'decimal', 'percent', 'money', 'duration']);

/**
 * Reads a number as people type it in their language: `1.234,50` in German, `1,234.50` in English, spaces and apostrophes between
 * thousands anywhere. What could mean two things means what it does in the reader's language.
 * @returns digits with a point before decimals, or null when it is no number
 */
export function readTypedNumber(text: string, locale: string): string | null {
  const typed = text.replace(/[\s'’\u00a0\u202f]/g, '').replace('\u2212', '-');
  const { group, decimal } = separatorsOf(locale);
  const [whole = '', ...rest] = typed.split(decimal);
  const inLanguage = rest.length > 1 ? null : joined(ungrouped(whole, group), rest[0]);
  return inLanguage ?? joined(...splitAtPoint(typed));
}

/** A number for a control: the decimal sign of the language, nothing between thousands. @param value digits with a point before decimals */
export function typedNumber(value: string, locale: string): string {
  return value.replace('.', separatorsOf(locale).decimal);
}

interface Separators {
  readonly group: string;
  readonly decimal: string;
}

const known = new Map<string, Separators>();

function separatorsOf(locale: string): Separators {
  const separators = known.get(locale) ?? findSeparators(locale);
  known.set(locale, separators);
  return separators;
}

function findSeparators(locale: string): Separators {
  const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(1_234_567.5);
  const sign = (type: string): string | undefined => parts.find((part) => part.type === type)?.value;
  return { group: sign('group') ?? ',', decimal: sign('decimal') ?? '.' };
}

/** Without the signs between thousands, when each stands where one belongs; null otherwise. */
function ungrouped(whole: string, group: string): string | null {
  if (!whole.includes(group)) return whole;
  const [first = '', ...groups] = whole.split(group);
  const isGrouped = /^-?\d{1,3}$/.test(first) && groups.every((digits) => /^\d{3}$/.test(digits));
  return isGrouped ? [first, ...groups].join('') : null;
}

/** A point is a decimal sign for those whose language has a comma, too, where it cannot stand between thousands. */
function splitAtPoint(typed: string): [string, string?] {
  const [whole = '', decimals, ...further] = typed.split('.');
  return further.length > 0 || decimals === undefined ? [typed] : [whole, decimals];
}

function joined(whole: string | null, decimals?: string): string | null {
  if (whole === null || !/^-?\d{1,15}$/.test(whole)) return null;
  if (decimals === undefined) return whole;
  return /^\d{1,10}$/.test(decimals) ? `${whole}.${decimals}` : null;
}
