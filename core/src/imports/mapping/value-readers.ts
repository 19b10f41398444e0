import type { Field, FieldKind } from '@trellis-crm/sdk';
import { fromLocalInput, toLocalText } from '../../pages/fields/zoned-time.js';
import { compileDateFormat } from './date-format.js';
import { ReferenceKey, unreadable, type ReadValue, type ValueReader } from './import-value.js';
import type { FieldSource } from './mapping.js';
import { readTags, tagColumn } from './tag-column.js';
import { readNumber, type NumberFormat } from './read-number.js';

/** A field with what a mapping says about reading it. */
export interface ReadableField {
  readonly field: Field;
  readonly source: FieldSource;
  /** ISO 4217 code of money without one. */
  readonly currency: string;
  /** IANA name of the zone of times that name none; UTC when left out. */
  readonly timeZone?: string;
  /** Entity and its title field, for references. */
  readonly target: { readonly entity: string; readonly title: string } | null;
}

/** The reader of a field's text; ranges, lengths and formats are checked later, by the entity's own schema. */
export function readerFor(readable: ReadableField): ValueReader {
  const read = plainReader(readable);
  const { values } = readable.source;
  if (values === undefined || readable.field.kind === 'choices') return read;
  const translate = translatorOf(values);
  return (text) => read(translate(text));
}

/** Other words of a mapping, in whatever case. */
function translatorOf(values: FieldSource['values']): (text: string) => string {
  const folded = new Map(Object.entries(values ?? {}).map(([text, value]) => [plainWord(text), value]));
  return (text) => values?.[text] ?? folded.get(plainWord(text)) ?? text;
}

function plainReader(readable: ReadableField): ValueReader {
  return makers[readable.field.kind]?.(readable) ?? ((text) => ({ value: text }));
}

/** Readers by kind of field; the others take the text as it is. */
const makers: { readonly [K in FieldKind]?: (readable: ReadableField) => ValueReader } = {
  integer: ({ source }) => numberReader(source, readInteger),
  duration: ({ source }) => numberReader(source, readInteger),
  decimal: ({ source }) => numberReader(source, readDecimal),
  percent: ({ source }) => numberReader(source, readPercent),
  money: ({ source, currency }) => numberReader(source, (text, format) => readMoney(text, format, currency)),
  boolean: () => readBoolean,
  date: (readable) => dateReader(readable, (moment, zone) => toLocalText(moment, zone).slice(0, 10)),
  dateTime: (readable) => dateReader(readable, (moment) => moment),
  choice:
    ({ field }) =>
    (text) =>
      readChoice(text, field.options ?? []),
  choices: ({ field, source }) => {
    if (field === tagColumn) return readTags;
    const translate = translatorOf(source.values);
    return (text) => readChoices(text, field.options ?? [], source.separator ?? ';', translate);
  },
  ref: referenceReader,
  links:
    ({ source }) =>
    (text) => ({ value: readLinks(text, source.separator ?? ';') }),
  json: () => readJson,
  email: () => (text) => ({ value: text.toLowerCase() }),
};

/** `core.account:<id>; core.contact:<id>` */
function readLinks(text: string, separator: string): readonly object[] {
  const names = text.split(separator).map((part) => part.trim().split(':'));
  return names.filter(([entity]) => entity !== '').map(([entity = '', id = '']) => ({ entity, id }));
}

function numberReader(source: FieldSource, read: (text: string, format: NumberFormat) => ReadValue): ValueReader {
  const format = numberFormat(source);
  return (text) => read(text, format);
}

function numberFormat({ decimal = '.', scale = '1' }: FieldSource): NumberFormat {
  return { decimal, scale };
}

function readInteger(text: string, format: NumberFormat): ReadValue {
  const number = readNumber(text, format);
  if (number === null || !number.mod(1).eq(0))
    return unreadable('not_a_whole_number', `"${text}" is not a whole number.`);
  return { value: number.toNumber() };
}

function readDecimal(text: string, format: NumberFormat): ReadValue {
  const number = readNumber(text, format);
  return number === null ? notANumber(text) : { value: number.toFixed() };
}

function readPercent(text: string, format: NumberFormat): ReadValue {
  const number = readNumber(text.replace(/\s*%$/, ''), format);
  return number === null ? notANumber(text) : { value: number.toNumber() };
}

/** `€ 1.234,50`, `USD 12`: a sign says nothing that the mapping does not, a code does. */
function readMoney(text: string, format: NumberFormat, currency: string): ReadValue {
  const [, before, amount = text, after] = moneyPattern.exec(text) ?? [];
  const number = readNumber(amount, format);
  const code = [before, after].find((unit) => unit !== undefined && /^[A-Z]{3}$/.test(unit));
  return number === null ? notANumber(text) : { value: { amount: number.toFixed(), currency: code ?? currency } };
}

const moneyPattern = /^(?:([A-Z]{3}|\p{Sc})\s*)?(.*?)(?:\s*([A-Z]{3}|\p{Sc}))?$/u;

function notANumber(text: string): ReadValue {
  return unreadable('not_a_number', `"${text}" is not a number.`);
}

/** In the languages of other systems, too; what stands for both in two of them is left to the mapping. */
const yes = new Set('true yes y 1 x on ja j wahr oui vrai sí si verdadero vero sim waar 是 有 真 对 √ ✓ ✔'.split(' '));
const no = new Set('false no n 0 off nein falsch non faux falso não onwaar nee 否 无 假 错 × ✗ ✘'.split(' '));

function readBoolean(text: string): ReadValue {
  const word = text.toLowerCase();
  if (yes.has(word)) return { value: true };
  return no.has(word) ? { value: false } : unreadable('not_yes_or_no', `"${text}" is neither yes nor no.`);
}

/** Without a format: ISO 8601. A time without a zone is one of the mapping's; a date has none. */
function dateReader(
  { field, source, timeZone = 'UTC' }: ReadableField,
  present: (moment: string, timeZone: string) => string,
): ValueReader {
  const formats =
    source.format === undefined ? ['YYYY-MM-DD', 'YYYY-MM-DD HH:mm', 'YYYY-MM-DD HH:mm:ss'] : [source.format];
  const readers = formats.map((format) => compileDateFormat(format, source.century));
  return (text) => {
    const exact = source.format === undefined ? zonedMoment(text) : null;
    if (exact !== null) return { value: present(exact, timeZone) };
    const plain = source.format === undefined ? text.replace('T', ' ') : text;
    const moment = readers.map((read) => read(plain)).find((read) => read !== null) ?? null;
    if (moment === null)
      return unreadable('not_a_date', `"${text}" is not a date of the form ${source.format ?? 'YYYY-MM-DD'}.`);
    const { date, time } = moment;
    return { value: field.kind === 'date' ? date : momentIn(`${date}T${time}`, timeZone) };
  };
}

/** In canonical form; what no zone knows is left to the checks of the entity. */
function momentIn(local: string, timeZone: string): string {
  const utc = `${local}.000Z`;
  return timeZone === 'UTC' ? utc : (fromLocalInput(local, timeZone) ?? utc);
}

/** ISO 8601 with a zone as the same moment in UTC, to the second; null for anything else. */
function zonedMoment(text: string): string | null {
  const isZoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(text);
  const moment = isZoned ? new Date(text) : null;
  if (moment === null || Number.isNaN(moment.getTime())) return null;
  return `${moment.toISOString().slice(0, 19)}.000Z`;
}

function readChoice(text: string, options: readonly string[]): ReadValue {
  const wanted = plainWord(text);
  const found = options.find((option) => plainWord(option) === wanted);
  if (found !== undefined) return { value: found };
  return unreadable('unknown_option', `"${text}" is none of ${options.slice(0, 12).join(', ')}.`);
}

function readChoices(
  text: string,
  options: readonly string[],
  separator: string,
  translate: (text: string) => string,
): ReadValue {
  const parts = text
    .split(separator)
    .map((part) => translate(part.trim()))
    .filter((part) => part !== '');
  const found: unknown[] = [];
  for (const part of parts) {
    const read = readChoice(part, options);
    if ('problem' in read) return read;
    found.push(read.value);
  }
  return { value: [...new Set(found)] };
}

/** `Read-only`, `read only` and `read_only` are the same option. */
function plainWord(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '_');
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function referenceReader({ source, target }: ReadableField): ValueReader {
  const by = source.ref ?? target?.title ?? 'name';
  const options = { isDeferred: source.deferred ?? false, missing: source.missing ?? 'refuse' } as const;
  const isMail = /(?:^|\.)email$/.test(by);
  return (given) => {
    const text = isMail ? given.toLowerCase() : given;
    const isId = source.ref === undefined && uuid.test(text);
    return {
      value: new ReferenceKey(target?.entity ?? '', isId ? 'id' : by, isId ? text.toLowerCase() : text, options),
    };
  };
}

function readJson(text: string): ReadValue {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return unreadable('not_json', 'The cell is not JSON.');
  }
}
