import type { FieldKind, Id } from '@trellis-crm/sdk';
import type { CompiledField } from '../records/compiled-entity.js';
import { filesIn, isFiles } from '../records/files/file-fields.js';
import { tagsPath } from '../records/tags/tag.js';
import type { PresentedRecord } from '../records/present-record.js';

/** One column of an exported table. */
export interface Column {
  readonly header: string;
  /** What a spreadsheet takes its cells for. */
  readonly kind: 'text' | 'number' | 'date' | 'dateTime';
  /** Text of a record's cell: ISO 8601 for dates and moments, plain digits for numbers; empty for no value. */
  readonly of: (record: PresentedRecord, titles: TitlesById) => string;
}

/** Titles of records that others refer to. */
export type TitlesById = ReadonlyMap<Id, string>;

/** How fields are called in the header of a file, and their options in its cells. */
export interface ExportLabels {
  /** @param part the currency of an amount */
  header(field: CompiledField, part: 'value' | 'currency'): string;
  option(field: CompiledField, value: string): string;
}

/** Names as the API has them. */
export const plainLabels: ExportLabels = {
  header: ({ path }, part) => (part === 'currency' ? `${path}.currency` : path),
  option: (_, value) => value,
};

/** The columns of fields: one each, two for money. */
export function columnsOf(fields: readonly CompiledField[], labels: ExportLabels): readonly Column[] {
  return fields.flatMap((field) =>
    field.field.kind === 'money' ? moneyColumns(field, labels) : [column(field, labels)],
  );
}

/** Fields whose values are ids of records that a file names by their titles. */
export function referringFields(fields: readonly CompiledField[]): readonly CompiledField[] {
  return fields.filter((field) => isReference(field) || field.list?.items.some(isReference) === true);
}

function isReference({ target, path }: CompiledField): boolean {
  return target !== null && path !== 'id';
}

const kinds: { readonly [K in FieldKind]?: Column['kind'] } = {
  integer: 'number',
  decimal: 'number',
  percent: 'number',
  duration: 'number',
  date: 'date',
  dateTime: 'dateTime',
};

function column(field: CompiledField, labels: ExportLabels): Column {
  const write = writerOf(field, labels);
  return {
    header: labels.header(field, 'value'),
    kind: kinds[field.field.kind] ?? 'text',
    of: (record, titles) => write(valueIn(record, field), titles),
  };
}

function moneyColumns(field: CompiledField, labels: ExportLabels): readonly Column[] {
  const part = (record: PresentedRecord, name: string): string => plain(partOf(valueIn(record, field), name));
  return [
    { header: labels.header(field, 'value'), kind: 'number', of: (record) => part(record, 'amount') },
    { header: labels.header(field, 'currency'), kind: 'text', of: (record) => part(record, 'currency') },
  ];
}

type Writer = (value: unknown, titles: TitlesById) => string;

function writerOf(field: CompiledField, labels: ExportLabels): Writer {
  if (isReference(field)) return (value, titles) => titles.get(String(value)) ?? '';
  if (isFiles(field.field)) return fileNames;
  if (field.list !== null) return entriesWriter(field.list.items);
  const optionOf = (value: unknown): string => (typeof value === 'string' ? labels.option(field, value) : plain(value));
  if (field.path === tagsPath && field.column === 'id') return tagsWriter;
  if (field.field.kind === 'choice') return optionOf;
  if (field.field.kind === 'choices') return (value) => (Array.isArray(value) ? value.map(optionOf).join('; ') : '');
  return plain;
}

/** Names of tags, which have no comma. */
const tagsWriter: Writer = (value) =>
  Array.isArray(value) ? value.map((tag) => plain(partOf(tag, 'name'))).join(', ') : '';

/** `contract.pdf; offer.docx` */
const fileNames: Writer = (value) =>
  filesIn(value)
    .map(({ name }) => name)
    .join('; ');

/** `ann@x.test; ann@y.test`: entries one after the other, the values of each with spaces between. */
function entriesWriter(items: readonly CompiledField[]): Writer {
  const writers = items.map((item) => ({ name: item.name, write: isReference(item) ? writeTitle : plain }));
  return (value, titles) => {
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const texts = entries.map((entry) =>
      writers.map(({ name, write }) => write(partOf(entry, name), titles)).filter((text) => text !== ''),
    );
    return texts.map((parts) => parts.join(' ')).join('; ');
  };
}

const writeTitle: Writer = (value, titles) => titles.get(String(value)) ?? '';

/** A single value as text. */
export function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const [amount, currency] = [partOf(value, 'amount'), partOf(value, 'currency')];
  return typeof amount === 'string' && typeof currency === 'string' ? `${amount} ${currency}` : JSON.stringify(value);
}

/** The value of a field in a record. */
export function valueIn(record: PresentedRecord, { plugin, name }: CompiledField): unknown {
  return plugin === null ? record[name] : partOf(record[plugin], name);
}

/** A part of what may be an object. */
export function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
