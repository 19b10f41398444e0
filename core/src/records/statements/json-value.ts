import type { FieldKind } from '@trellis-crm/sdk';
import type { CompiledField } from '../compiled-entity.js';
import { currencyColumn } from '../compile-fields.js';
import { quoted } from '../names.js';
import { literal, textLiteral } from '../sql.js';

/** SQL of a stored value in the form JSON has for it; lists have none. `presentValues` gives written values the same form. */
export function jsonValue(field: CompiledField, prefix: string): string {
  const column = `${prefix}${field.alias}.${quoted(field.column)}`;
  if (field.field.kind === 'money') return money(field, column, `${prefix}${field.alias}`);
  const value = forms[field.field.kind]?.(column) ?? column;
  const fallback = fallbackOf(field);
  return fallback === null ? value : `coalesce(${value}, ${fallback})`;
}

/** SQL of the same as text that is JSON, `null` included. */
export function jsonText(field: CompiledField, prefix: string): string {
  const value = jsonValue(field, prefix);
  const text = textForms[field.field.kind]?.(value) ?? `to_json(${value})::text`;
  return `coalesce(${text}, 'null')`;
}

/** A value as the text that a cursor carries. */
export function keyText({ field }: CompiledField, value: string): string {
  const form = keyForms[field.kind];
  return form === undefined ? `${value}::text` : form(value);
}

type Form = (value: string) => string;

/** Whole milliseconds in UTC, whatever the session's zone is. */
const moment: Form = (value) => `to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const decimal: Form = (value) => `trim_scale(${value})::text`;

/** Kinds whose column is not yet in the form of JSON. Decimals are texts there: as numbers they would become floats. */
const forms: Readonly<Partial<Record<FieldKind, Form>>> = {
  dateTime: moment,
  decimal,
  percent: (value) => `trim_scale(${value})`,
};

/** Kinds whose text is JSON as it is, or between quotation marks; asking for the type of each value costs more than the value. */
const textForms: Readonly<Partial<Record<FieldKind, Form>>> = {
  dateTime: inQuotes,
  decimal: inQuotes,
  ref: inQuotes,
  integer: asText,
  duration: asText,
  boolean: asText,
};

function inQuotes(value: string): string {
  return `'"' || ${value} || '"'`;
}

function asText(value: string): string {
  return `(${value})::text`;
}

const keyForms: Readonly<Partial<Record<FieldKind, Form>>> = {
  dateTime: moment,
  decimal,
  percent: decimal,
  money: decimal,
  date: (value) => `to_char(${value}, 'YYYY-MM-DD')`,
};

/** Two decimals at least, four at most where they are not zero. */
function money({ field, column, plugin }: CompiledField, amount: string, alias: string): string {
  const currency = `${alias}.${quoted(currencyColumn(column))}`;
  const text = `round(${amount}, greatest(min_scale(${amount}), 2))::text`;
  const otherwise = plugin === null || field.default === undefined ? '' : ` else ${jsonLiteral(field.default)}`;
  return `case when ${amount} is not null then json_build_object('amount', ${text}, 'currency', ${currency})${otherwise} end`;
}

/** What stands where nothing was stored: only side tables can lack a value that is never null. */
function fallbackOf({ field, plugin }: CompiledField): string | null {
  if (plugin === null || field.default === undefined || field.default === null) return null;
  return field.kind === 'json' ? `${jsonLiteral(field.default)}b` : literal(field.default);
}

function jsonLiteral(value: unknown): string {
  return `${textLiteral(JSON.stringify(value))}::json`;
}
