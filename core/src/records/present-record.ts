import { Big } from 'big.js';
import type { Field } from '@trellis-crm/sdk';
import type { CompiledField } from './compiled-entity.js';
import { currencyColumn, rowKey } from './compile-fields.js';
import { asText, canonicalDecimal, canonicalMoney } from './decimals.js';
import type { Row } from './read-rows.js';

/** A record in the form of the API: own fields side by side, those of a plugin in an object under its id. */
export type PresentedRecord = Readonly<Record<string, unknown>> & { readonly id: string };

/** Builds the JSON of a row from the fields that were selected. */
export function presentRow(fields: readonly CompiledField[], row: Row): PresentedRecord {
  return assemble(fields.map((field) => [field, fieldValue(field, row)]));
}

/** Builds the JSON of a record from values by path, as {@link presentRow} would after writing them. */
export function presentValues(fields: readonly CompiledField[], values: ReadonlyMap<string, unknown>): PresentedRecord {
  return assemble(fields.map((field) => [field, values.get(field.path) ?? emptyValue(field)]));
}

/** Values by path of a presented record. */
export function valuesOf(fields: readonly CompiledField[], record: PresentedRecord): Map<string, unknown> {
  return new Map(fields.map((field) => [field.path, readPath(record, field)]));
}

/** Value of one field in a selected row. */
export function fieldValue(field: CompiledField, row: Row): unknown {
  if (field.list !== null) return entries(row[rowKey(field)]).map((entry) => presentItem(field, entry));
  const key = rowKey(field);
  return decode(field, row[key], row[currencyColumn(key)]) ?? emptyValue(field);
}

function presentItem({ list }: CompiledField, entry: Row): Record<string, unknown> {
  return Object.fromEntries((list?.items ?? []).map((item) => [item.name, fieldValue(item, entry)]));
}

function decode({ field }: CompiledField, value: unknown, currency: unknown): unknown {
  if (value === null || value === undefined) return null;
  const decoder = decoders[field.kind];
  return decoder === undefined ? value : decoder(value instanceof Date ? value.toISOString() : asText(value), currency);
}

/** Kinds whose value leaves PostgreSQL in another form than JSON has. Moments are texts inside a list. */
const decoders: Readonly<Partial<Record<Field['kind'], (text: string, currency: unknown) => unknown>>> = {
  dateTime: (text) => new Date(text).toISOString(),
  decimal: canonicalDecimal,
  percent: Number,
  money: (text, currency) => ({ amount: canonicalMoney(new Big(text)), currency }),
};

/** What stands where nothing was stored: only side tables can lack a value that is never null. */
function emptyValue({ field }: CompiledField): unknown {
  return field.default ?? null;
}

function entries(value: unknown): readonly Row[] {
  return Array.isArray(value) ? (value as readonly Row[]) : [];
}

function readPath(record: PresentedRecord, { plugin, name }: CompiledField): unknown {
  if (plugin === null) return record[name];
  const nested = record[plugin];
  return typeof nested === 'object' && nested !== null ? Reflect.get(nested, name) : undefined;
}

function assemble(values: readonly (readonly [CompiledField, unknown])[]): PresentedRecord {
  const record: Record<string, unknown> & { id: string } = { id: '' };
  const plugins = new Map<string, Record<string, unknown>>();
  for (const [{ plugin, name }, value] of values) {
    if (plugin === null) record[name] = value;
    else nestedIn(plugins, plugin)[name] = value;
  }
  return Object.assign(record, Object.fromEntries(plugins));
}

function nestedIn(plugins: Map<string, Record<string, unknown>>, plugin: string): Record<string, unknown> {
  const nested = plugins.get(plugin) ?? {};
  plugins.set(plugin, nested);
  return nested;
}
