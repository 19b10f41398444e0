import type { Field, Money } from '@trellis-crm/sdk';
import { filesIn } from '../../records/files/file-fields.js';
import { linksIn } from '../../records/links.js';
import { formatDuration } from '../fields/field-display.js';
import { asText, type EntityField, type RecordValues } from '../fields/entity-field.js';
import type { FormData } from '../fields/form-reader.js';
import { typedNumber } from '../fields/typed-number.js';
import { toLocalInput } from '../fields/zoned-time.js';

/** Whom the controls are for. */
export interface FormReader {
  readonly locale: string;
  readonly timeZone: string;
}

/** A record as the controls of its form hold it: texts by control name. */
export function formValuesOf(fields: readonly EntityField[], record: RecordValues, reader: FormReader): FormData {
  return Object.assign(
    {},
    ...fields.map(({ path, field, valueIn }) => controlsOf(path, field, valueIn(record), reader)),
  ) as FormData;
}

/**
 * What a new record starts with: defaults of the declaration, then what the address brings (`?account=<id>`, `?accounts.0.account=<id>`,
 * `?links=core.account:<id>`).
 */
export function initialValues(fields: readonly EntityField[], url: URL, opened: OpenedForm): FormData {
  const values = fields.map(({ path, field }) => ({
    ...firstEntry(path, field),
    ...controlsOf(path, field, startOf(field, opened.now), opened),
    ...givenValues(path, field, url),
  }));
  return Object.assign({}, ...values) as FormData;
}

/** For whom a form is opened, and when. */
interface OpenedForm extends FormReader {
  readonly now: Date;
}

function startOf({ kind, default: start }: Field, now: Date): unknown {
  return kind === 'dateTime' && start === 'now' ? now.toISOString() : (start ?? null);
}

/** An empty row for what nearly everybody has, such as an e-mail address; left empty it says nothing. */
function firstEntry(path: string, { item = {} }: Field): FormData {
  const isReach = Object.values(item).some(({ kind, required }) => required && (kind === 'email' || kind === 'phone'));
  return isReach ? { [`${path}.0.`]: '' } : {};
}

function givenValues(path: string, field: Field, url: URL): FormData {
  const names = field.kind === 'list' ? Object.keys(field.item ?? {}).map((item) => `${path}.0.${item}`) : [path];
  if (field.kind === 'files') return {};
  const given = names.map((name) => [name, url.searchParams.get(name)] as const);
  return Object.fromEntries(
    given.flatMap(([name, value]) => (value !== null && value.length <= 500 ? [[name, value]] : [])),
  );
}

/** Values of the control, or controls, of one field. */
function controlsOf(name: string, field: Field, value: unknown, reader: FormReader): FormData {
  if (value === null || value === undefined) return {};
  if (field.kind === 'money') return moneyControls(name, value as Money, reader);
  return (fromEntries[field.kind] ?? textControl)(name, field, value, reader);
}

type Write = (name: string, field: Field, value: unknown, reader: FormReader) => FormData;

const textControl: Write = (name, { kind }, value, reader) => ({ [name]: (writers[kind] ?? asText)(value, reader) });

/** Kinds of several values. */
const fromEntries: Readonly<Partial<Record<Field['kind'], Write>>> = {
  list: (name, field, value, reader) => entryControls(name, field, value as readonly RecordValues[], reader),
  links: (name, _field, value) => ({ [name]: linksIn(value).map(({ entity, id }) => `${entity}:${id}`) }),
  files: (name, _field, value) => ({ [name]: filesIn(value).map(({ id, name: file }) => `${id}:${file}`) }),
  choices: (name, _field, value) => ({ [name]: value as readonly string[] }),
};

const writers: Readonly<Partial<Record<Field['kind'], (value: unknown, reader: FormReader) => string>>> = {
  dateTime: (value, { timeZone }) => toLocalInput(asText(value), timeZone),
  duration: (value) => formatDuration(Number(value)),
  json: (value) => JSON.stringify(value, null, 2),
  decimal: (value, { locale }) => typedNumber(trimZeros(asText(value)), locale),
  percent: (value, { locale }) => typedNumber(asText(value), locale),
};

function moneyControls(name: string, { amount, currency }: Money, { locale }: FormReader): FormData {
  return { [`${name}.amount`]: typedNumber(trimZeros(amount), locale), [`${name}.currency`]: currency };
}

function entryControls(
  name: string,
  { item = {} }: Field,
  entries: readonly RecordValues[],
  reader: FormReader,
): FormData {
  const controls = entries.flatMap((entry, place) =>
    Object.entries(item).map(([key, field]) => controlsOf(`${name}.${place}.${key}`, field, entry[key], reader)),
  );
  return Object.assign({}, ...controls) as FormData;
}

/** `1234.5000` is shown as `1234.50`, `1200.0000` as `1200`. */
function trimZeros(amount: string): string {
  const [whole = '', cents = ''] = amount.split('.');
  const kept = cents.replace(/0+$/, '');
  return kept === '' ? whole : `${whole}.${kept.padEnd(2, '0')}`;
}
