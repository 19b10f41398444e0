import type { FieldKind, Id } from '@trellis-crm/sdk';
import type { CompiledField } from '../records/compiled-entity.js';
import { soleItem } from '../imports/plan/guess-plan.js';
import { toLocalText } from '../pages/fields/zoned-time.js';
import { filesIn, isFiles } from '../records/files/file-fields.js';
import { isLinks, linksIn } from '../records/links.js';
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
  /** @param item set for a choice inside the entries of a list */
  option(field: CompiledField, value: string, item?: CompiledField): string;
  flag(isSet: boolean): string;
}

/** How cells are written. */
export interface CellTexts {
  readonly labels: ExportLabels;
  /** Zone that moments are told in, named in the header; null for ISO 8601 in UTC. */
  readonly timeZone: string | null;
}

/** Names as the API has them. */
export const plainLabels: ExportLabels = {
  header: ({ path }, part) => (part === 'currency' ? `${path}.currency` : path),
  option: (_, value) => value,
  flag: String,
};

/** The columns of fields: one each, two for money. */
export function columnsOf(fields: readonly CompiledField[], texts: CellTexts): readonly Column[] {
  return fields.flatMap((field) =>
    field.field.kind === 'money' ? moneyColumns(field, texts.labels) : [column(field, texts)],
  );
}

/** Fields whose values are ids of records that a file names by their titles. */
export function referringFields(fields: readonly CompiledField[]): readonly CompiledField[] {
  return fields.filter(
    (field) => isReference(field) || isLinks(field.field) || field.list?.items.some(isReference) === true,
  );
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

function column(field: CompiledField, texts: CellTexts): Column {
  const write = writerOf(field, texts);
  const kind = kinds[field.field.kind] ?? 'text';
  const name = texts.labels.header(field, 'value');
  return {
    header: kind === 'dateTime' && texts.timeZone !== null ? `${name} (${texts.timeZone})` : name,
    kind,
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

function writerOf(field: CompiledField, texts: CellTexts): Writer {
  if (isFiles(field.field)) return fileNames;
  if (isLinks(field.field)) return linkTitles;
  if (field.list !== null) return entriesWriter(field, field.list.items, texts);
  if (field.path === tagsPath && field.column === 'id') return tagsWriter;
  return valueWriter(field, texts);
}

/** @param item set for a value inside the entries of a list */
function valueWriter(field: CompiledField, texts: CellTexts, item?: CompiledField): Writer {
  const { labels, timeZone } = texts;
  const written = item ?? field;
  if (isReference(written)) return writeTitle;
  const optionOf = (value: unknown): string =>
    typeof value === 'string' ? labels.option(field, value, item) : plain(value);
  const writers: { readonly [K in FieldKind]?: Writer } = {
    choice: optionOf,
    choices: (value) => (Array.isArray(value) ? value.map(optionOf).join('; ') : ''),
    boolean: (value) => (typeof value === 'boolean' ? labels.flag(value) : ''),
    ...(timeZone !== null && {
      dateTime: (value: unknown) => (typeof value === 'string' ? toLocalText(value, timeZone) : ''),
    }),
  };
  return writers[written.field.kind] ?? plain;
}

/** Names of tags, which have no comma. */
const tagsWriter: Writer = (value) =>
  Array.isArray(value) ? value.map((tag) => plain(partOf(tag, 'name'))).join(', ') : '';

/** `contract.pdf; offer.docx` */
const fileNames: Writer = (value) =>
  filesIn(value)
    .map(({ name }) => name)
    .join('; ');

/** `Northwind; Ann Buyer`, as far as one may see them. */
const linkTitles: Writer = (value, titles) =>
  linksIn(value)
    .flatMap(({ id }) => titles.get(id) ?? [])
    .join('; ');

/**
 * `ann@x.test; ann@y.test`: of each entry what it cannot do without, as mail merge and imports read it; where that is not one value all
 * that it says, `Main Street 1, 10115, Berlin`. Flags are not told: the entry with one set comes first.
 */
function entriesWriter(field: CompiledField, items: readonly CompiledField[], texts: CellTexts): Writer {
  const sole = soleItem(field.field);
  const told = items.filter(({ name, field: { kind } }) => (sole === null ? kind !== 'boolean' : name === sole));
  const writers = told.map((item) => ({ name: item.name, write: valueWriter(field, texts, item) }));
  const flags = items.filter((item) => item.field.kind === 'boolean').map(({ name }) => name);
  const rank = (entry: unknown): number => (flags.some((name) => partOf(entry, name) === true) ? 0 : 1);
  return (value, titles) => {
    const entries: readonly unknown[] = Array.isArray(value) ? value : [];
    const facts = entries
      .toSorted((one, other) => rank(one) - rank(other))
      .map((entry) => writers.map(({ name, write }) => write(partOf(entry, name), titles)));
    return facts
      .map((parts) => parts.filter((text) => text !== '').join(', '))
      .filter((text) => text !== '')
      .join('; ');
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
