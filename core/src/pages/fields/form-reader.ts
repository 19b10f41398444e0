import type { Field, Problem } from '@trellis-crm/sdk';
import type { LinkEntry } from '../../records/links.js';
import type { EntityField } from './entity-field.js';
import { readTypedNumber } from './typed-number.js';
import { fromLocalInput } from './zoned-time.js';

/** A posted form: control names with their values, several for repeated ones. */
export type FormData = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a form says about a record, with plugins' fields under `extras`, and what could not be understood. */
export interface FormInput {
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

/** What reading depends on besides the form. */
export interface FormReading {
  readonly timeZone: string;
  /** Decides what a comma in a number means. */
  readonly locale: string;
  /** Currency of an amount typed without one. */
  readonly currency: string;
}

/** Reads the given fields of a form into what `create` and `update` take; an emptied control becomes null. */
export function readForm(fields: readonly EntityField[], form: FormData, reading: FormReading): FormInput {
  const source: Source = { ...reading, form, problems: [] };
  const values: Record<string, unknown> = {};
  const extras: Record<string, Record<string, unknown>> = {};
  for (const { path, name, field } of fields) {
    if (field.readOnly === true) continue;
    const value = readValue(source, field, path);
    const [plugin = '', nested] = path.split('.');
    if (nested === undefined) values[path] = value;
    else (extras[plugin] ??= {})[name] = value;
  }
  return { values: Object.keys(extras).length === 0 ? values : { ...values, extras }, problems: source.problems };
}

/** Places `0 … n-1` of a list field's entries that a form carries, by their control names `domains.0.domain`. */
export function entryPlaces(form: FormData, path: string): number[] {
  const places = Object.keys(form).flatMap((name) => {
    if (!name.startsWith(`${path}.`)) return [];
    const place = /^(\d{1,4})\./.exec(name.slice(path.length + 1))?.[1];
    return place === undefined ? [] : [Number(place)];
  });
  return [...new Set(places)].sort((left, right) => left - right);
}

/** The one value of a control, or an empty text. */
export function textOf(form: FormData, name: string): string {
  const value = form[name];
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim();
}

/** A form being read, and what could not be understood so far. */
interface Source extends FormReading {
  readonly form: FormData;
  readonly problems: Problem[];
}

type Read = (text: string, field: Field, reading: FormReading) => unknown;

/** Says that the text is nothing of this kind. */
const unreadable = Symbol('unreadable');

function readValue(source: Source, field: Field, name: string): unknown {
  switch (field.kind) {
    case 'list':
      return readEntries(source, field, name);
    case 'links':
      return readLinks(source.form, name);
    case 'files':
      return readFiles(source.form, name);
    case 'choices':
      return readAll(source.form, name);
    case 'boolean':
      return readAll(source.form, name).some((value) => value === 'true' || value === 'on');
    case 'money':
      return readMoney(source, name);
    default:
      return readText(source, field, name);
  }
}

function readText(source: Source, field: Field, name: string): unknown {
  const text = textOf(source.form, name);
  if (text === '') return null;
  const value = (readers[field.kind] ?? keep)(text, field, source);
  if (value !== unreadable) return value;
  const code = `not_${snake(field.kind)}`;
  source.problems.push({ pointer: pointerOf(name), code, message: code });
  return null;
}

const keep: Read = (text) => text;
const decimalNumber: Read = (text, _field, { locale }) => readTypedNumber(text, locale) ?? unreadable;
const shortNumber: Read = (text, _field, { locale }) => {
  const value = readTypedNumber(text, locale);
  return value === null ? unreadable : Number(value);
};
const wholeNumber: Read = (...asked) => {
  const value = shortNumber(...asked);
  return Number.isInteger(value) ? value : unreadable;
};

const readers: Readonly<Partial<Record<Field['kind'], Read>>> = {
  integer: wholeNumber,
  decimal: decimalNumber,
  percent: shortNumber,
  dateTime: (text, _field, { timeZone }) => fromLocalInput(text, timeZone) ?? unreadable,
  duration: (text) => {
    const [, hours, minutes, seconds = '0'] = /^(\d{1,5}):([0-5]\d)(?::([0-5]\d))?$/.exec(text) ?? [];
    return hours === undefined ? unreadable : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  },
  json: (text) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return unreadable;
    }
  },
};

function readMoney({ form, locale, currency, problems }: Source, name: string): unknown {
  const typed = textOf(form, `${name}.amount`);
  if (typed === '') return null;
  const amount = readTypedNumber(typed, locale);
  if (amount !== null) return { amount, currency: textOf(form, `${name}.currency`).toUpperCase() || currency };
  problems.push({ pointer: `${pointerOf(name)}/amount`, code: 'not_money', message: 'not_money' });
  return null;
}

/** Entries left wholly empty do not count: that is how a row is taken out without JavaScript. */
function readEntries(source: Source, { item: items = {} }: Field, name: string): unknown[] {
  const prefixes = entryPlaces(source.form, name).map((place) => `${name}.${place}`);
  const filled = prefixes.filter((prefix) =>
    Object.entries(items).some(([item, { kind }]) => saysSomething(kind, source.form, `${prefix}.${item}`)),
  );
  return filled.map((prefix) => {
    const read = Object.entries(items).map(
      ([item, field]) => [item, readValue(source, field, `${prefix}.${item}`)] as const,
    );
    return Object.fromEntries(read.filter(([item, value]) => value !== null || items[item]?.default === undefined));
  });
}

/** A choice or a box always has some value, so it does not make an entry. */
function saysSomething(kind: Field['kind'], form: FormData, name: string): boolean {
  if (kind === 'choice' || kind === 'boolean') return false;
  return textOf(form, kind === 'money' ? `${name}.amount` : name) !== '';
}

/** Those that are ticked as `<entity>:<id>`, and what was chosen to be added under `<name>.add.<entity>`. */
export function readLinks(form: FormData, name: string): readonly LinkEntry[] {
  const prefix = `${name}.add.`;
  const added = Object.keys(form)
    .filter((key) => key.startsWith(prefix) && textOf(form, key) !== '')
    .map((key) => ({ entity: key.slice(prefix.length), id: textOf(form, key) }));
  const kept = readAll(form, name).map((value) => {
    const [entity = '', id = ''] = value.split(':');
    return { entity, id };
  });
  return [...kept, ...added];
}

/** Those that are ticked as `<id>:<name>`: the name is for showing them again. */
export function readFiles(form: FormData, name: string): readonly { readonly id: string; readonly name: string }[] {
  return readAll(form, name).map((value) => {
    const [id = '', ...rest] = value.split(':');
    return { id, name: rest.join(':') };
  });
}

function readAll(form: FormData, name: string): readonly string[] {
  const value = form[name] ?? [];
  return (typeof value === 'string' ? [value] : value).filter((entry) => entry !== '');
}

function pointerOf(name: string): string {
  return `/${name.replaceAll('.', '/')}`;
}

function snake(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
