import type { Field } from '@trellis-crm/sdk';
import type { CompiledField } from './compiled-entity.js';
import { canonicalDecimal } from './decimals.js';
import { canonicalValue } from './field-input.js';
import type { LinkEntry } from './links.js';

/** A value to compare with, as PostgreSQL takes it, and the type it is cast to. */
export interface ComparisonValue {
  readonly value: string | number | boolean;
  readonly type: string;
}

/** Reads the value of a condition, typed or from an address; undefined when it is none of the field's kind. */
export function comparisonValue({ field }: CompiledField, value: unknown): ComparisonValue | undefined {
  const type = comparisonTypes[field.kind];
  if (type === undefined) return undefined;
  const read = readers[type](field, typeof value === 'number' || typeof value === 'boolean' ? String(value) : value);
  return read === undefined ? undefined : { value: read, type };
}

/** A record to look for among links; undefined for what names none. */
export function linkValue(value: unknown): LinkEntry | undefined {
  const [entity, id] = typeof value === 'string' ? value.split(':') : partsOf(value);
  if (typeof entity !== 'string' || entity.length > 80 || entity.includes('\0') || !matches(id, uuid)) return undefined;
  return { entity: entity.toWellFormed(), id: id.toLowerCase() };
}

function partsOf(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null && 'entity' in value && 'id' in value
    ? [value.entity, value.id]
    : [];
}

/** A currency code to compare with. */
export function currencyValue(value: unknown): ComparisonValue | undefined {
  return typeof value === 'string' && /^[A-Z]{3}$/.test(value) ? { value, type: 'text' } : undefined;
}

type ComparisonType = 'text' | 'bigint' | 'numeric' | 'boolean' | 'date' | 'timestamptz' | 'uuid';

/** Whole numbers are compared as bigint, so that one too great for the column finds nothing instead of failing. */
const comparisonTypes: Readonly<Partial<Record<Field['kind'], ComparisonType>>> = {
  text: 'text',
  longText: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  choice: 'text',
  choices: 'text',
  integer: 'bigint',
  duration: 'bigint',
  decimal: 'numeric',
  percent: 'numeric',
  money: 'numeric',
  boolean: 'boolean',
  date: 'date',
  dateTime: 'timestamptz',
  ref: 'uuid',
};

type Read = (field: Field, value: unknown) => string | number | boolean | undefined;

const readers: Readonly<Record<ComparisonType, Read>> = {
  text: readText,
  bigint: (_field, value) => (matches(value, /^-?[0-9]{1,15}$/) ? Number(value) : undefined),
  numeric: (_field, value) => (typeof value === 'string' ? (canonicalDecimal(value) ?? undefined) : undefined),
  boolean: (_field, value) => (value === 'true' ? true : value === 'false' ? false : undefined),
  date: (_field, value) =>
    matches(value, /^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}$/) && isRealDay(value) ? value : undefined,
  timestamptz: readMoment,
  uuid: (_field, value) => (matches(value, uuid) ? value.toLowerCase() : undefined),
};

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Texts are compared in the form they are stored in; a part of one is taken as typed. */
function readText(field: Field, value: unknown): string | undefined {
  if (typeof value !== 'string' || value.includes('\0')) return undefined;
  if (field.options !== undefined) return field.options.includes(value) ? value : undefined;
  const text = value.toWellFormed();
  return field.kind === 'email' ? text.toLowerCase() : text;
}

function readMoment(field: Field, value: unknown): string | undefined {
  const read = canonicalValue(field, value, { phoneCountry: null });
  return matches(read, /^(?!0000)[0-9]{4}-.*Z$/) ? read : undefined;
}

function isRealDay(value: string): boolean {
  const day = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}

function matches(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
