import { Big } from 'big.js';
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/min';
import type { Field, FieldKind } from '@trellis-crm/sdk';
import { canonicalDecimal, canonicalMoney } from './decimals.js';
import { canonicalVatNumber } from './vat-number.js';

/** What values are brought into shape with. */
export interface InputOptions {
  /** ISO 3166 code of the country whose numbers may be written without country code; null: none. */
  readonly phoneCountry: string | null;
}

/**
 * Brings a value into the form it is stored and compared in: trimmed, lower-case address, E.164, UTC, canonical decimal.
 * What is not of the field's type comes back as it is, for the schema to refuse.
 */
export function canonicalValue(field: Field, value: unknown, options: InputOptions): unknown {
  if (value === undefined || value === null) return value;
  const canonical = structured[field.kind];
  if (canonical !== undefined) return canonical(field, value, options);
  if (typeof value === 'number') return withoutSign(value);
  return typeof value === 'string' ? canonicalText(field, value.toWellFormed(), options) : value;
}

/** Kinds whose values are no single text. */
const structured: Readonly<
  Partial<Record<FieldKind, (field: Field, value: unknown, options: InputOptions) => unknown>>
> = {
  list: (field, value, options) =>
    Array.isArray(value) ? value.map((entry) => canonicalEntry(field, entry, options)) : value,
  links: (_field, value, options) => (Array.isArray(value) ? distinctLinks(value, options) : value),
  files: (_field, value) => (Array.isArray(value) ? distinctFiles(value) : value),
  choices: (_field, value) => (Array.isArray(value) ? [...new Set<unknown>(value)] : value),
  money: (_field, value) => canonicalMoneyInput(value),
  json: (_field, value) => wellFormed(value),
};

/** Links in their order, each of them once. */
function distinctLinks(value: readonly unknown[], options: InputOptions): unknown[] {
  const entries = value.map((entry) => canonicalEntry(linkEntry, entry, options));
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

/** Files in their order, each of them once, by nothing but their ids: the store knows the rest. */
function distinctFiles(value: readonly unknown[]): unknown[] {
  const entries = value.map((entry) => {
    if (typeof entry === 'string') return { id: entry.toLowerCase() };
    if (!isObject(entry)) return entry;
    const { name: _name, type: _type, size: _size, ...rest } = entry;
    return typeof rest['id'] === 'string' ? { ...rest, id: rest['id'].toLowerCase() } : rest;
  });
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

const linkEntry: Field = {
  kind: 'links',
  item: { entity: { kind: 'text', required: true }, id: { kind: 'ref', required: true } },
};

function canonicalEntry(field: Field, entry: unknown, options: InputOptions): unknown {
  if (!isObject(entry)) return entry;
  const items = field.item ?? {};
  const filled: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(items)) {
    const given = Object.hasOwn(entry, name) ? entry[name] : undefined;
    const value = given === undefined ? absentValue(item) : canonicalValue(item, given, options);
    if (value !== undefined) filled[name] = value;
  }
  const others = Object.keys(entry).filter((name) => !Object.hasOwn(items, name));
  if (others.length === 0) return filled;
  return Object.fromEntries([...Object.entries(filled), ...others.map((name) => [name, entry[name]] as const)]);
}

function absentValue(item: Field): unknown {
  return item.default ?? (item.required === true ? undefined : null);
}

function canonicalText(field: Field, text: string, options: InputOptions): unknown {
  if (field.format === 'vatNumber') return emptyToNull(canonicalVatNumber(text));
  const canonical = texts[field.kind];
  return canonical === undefined ? text : canonical(text, options);
}

const texts: Readonly<Partial<Record<FieldKind, (text: string, options: InputOptions) => unknown>>> = {
  text: (text) => emptyToNull(text.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim()),
  longText: (text) => emptyToNull(text.replaceAll('\r\n', '\n').trim()),
  email: (text) => emptyToNull(text.trim().toLowerCase()),
  phone: (text, { phoneCountry }) => emptyToNull(canonicalPhone(text.trim(), phoneCountry)),
  url: (text) => emptyToNull(withScheme(text.trim())),
  decimal: (text) => canonicalDecimal(text) ?? text,
  dateTime: (text) => canonicalMoment(text) ?? text,
  ref: (text) => text.toLowerCase(),
};

function emptyToNull(text: string): string | null {
  return text === '' ? null : text;
}

/** E.164 when the number can be understood, an extension behind it; else as it was typed. */
function canonicalPhone(text: string, country: string | null): string {
  const number = parsePhoneNumberFromString(text, country === null ? {} : { defaultCountry: country as CountryCode });
  if (number === undefined || !number.isPossible()) return text;
  return number.ext === undefined ? number.number : `${number.number} ext. ${number.ext}`;
}

function withScheme(text: string): string {
  return text === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
}

const moment = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})$/i;

function canonicalMoment(text: string): string | null {
  if (!moment.test(text)) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function canonicalMoneyInput(value: unknown): unknown {
  if (!isObject(value) || typeof value['amount'] !== 'string') return value;
  const amount = canonicalDecimal(value['amount']);
  return amount === null ? value : { ...value, amount: canonicalMoney(new Big(amount)) };
}

/** A copy whose texts PostgreSQL can keep: no halves of a character. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return withoutSign(value);
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.toWellFormed(), wellFormed(entry)]));
}

/** JSON and PostgreSQL know one zero only. */
function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
