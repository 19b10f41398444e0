import { Big } from 'big.js';
import type { Field, FieldKind, Problem } from '@trellis-crm/sdk';
import { isRecurrence } from './recurrence-rule.js';
import { isVatNumber } from './vat-number.js';

/** What a schema cannot say about a value that fits it; null when all is well. `value` is in canonical form. */
export function checkValue(field: Field, value: unknown, pointer: string): Problem | null {
  if (value === null || value === undefined) return null;
  if (field.kind === 'json') return checkJson(value, pointer);
  if (typeof value === 'number') return field.kind === 'percent' ? checkPercent(value, pointer) : null;
  if (typeof value !== 'string') return null;
  if (value.includes('\0')) return { pointer, code: 'wrong_format', message: 'must not contain NUL characters' };
  return checkText(field, value, pointer);
}

const maxJsonBytes = 65_536;
/** Canonical form; a leap second has none. */
const moment = /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$/;

function checkText(field: Field, value: string, pointer: string): Problem | null {
  if (field.kind === 'decimal') return checkRange(field, value, pointer);
  if (field.format === 'vatNumber' && !isVatNumber(value))
    return { pointer, code: 'invalid_vat_number', message: 'must be a VAT number with its country in front' };
  if (field.format === 'recurrence' && !isRecurrence(value))
    return { pointer, code: 'invalid_recurrence', message: 'must be a rule like FREQ=WEEKLY;BYDAY=MO' };
  const kind = checkedKinds[field.kind];
  return kind === undefined || kind.isFine(value) ? null : { pointer, ...kind.problem };
}

interface CheckedKind {
  readonly problem: Omit<Problem, 'pointer'>;
  isFine(value: string): boolean;
}

const checkedKinds: Readonly<Partial<Record<FieldKind, CheckedKind>>> = {
  dateTime: {
    problem: { code: 'wrong_format', message: 'must be a moment', details: { format: 'date-time' } },
    isFine: (value) => moment.test(value),
  },
  url: {
    problem: { code: 'wrong_format', message: 'must be a web address', details: { format: 'url' } },
    isFine: isWebAddress,
  },
  phone: { problem: { code: 'invalid_phone', message: 'must be a phone number' }, isFine: isPhoneNumber },
};

function checkRange({ min, max }: Field, value: string, pointer: string): Problem | null {
  const number = new Big(value);
  if (min !== undefined && number.lt(min))
    return { pointer, code: 'too_small', message: `must be >= ${min}`, details: { limit: min } };
  if (max !== undefined && number.gt(max))
    return { pointer, code: 'too_large', message: `must be <= ${max}`, details: { limit: max } };
  return null;
}

function checkPercent(value: number, pointer: string): Problem | null {
  const number = new Big(value);
  return number.eq(number.round(4)) ? null : { pointer, code: 'wrong_step', message: 'must have at most 4 decimals' };
}

function checkJson(value: unknown, pointer: string): Problem | null {
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > maxJsonBytes)
    return { pointer, code: 'too_long', message: 'must not be larger than 64 KB' };
  return hasNul(value) ? { pointer, code: 'wrong_format', message: 'must not contain NUL characters' } : null;
}

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, entry]) => key.includes('\0') || hasNul(entry));
}

/** What was understood is E.164 by now, an extension behind it; what was not is kept as it was typed, if there are digits to dial. */
function isPhoneNumber(text: string): boolean {
  if (text.startsWith('+')) return /^\+[1-9]\d{3,14}( ext\. \d{1,11})?$/.test(text);
  return text.replaceAll(/\D/g, '').length >= 3;
}

function isWebAddress(text: string): boolean {
  if (/\s/.test(text)) return false;
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
}
