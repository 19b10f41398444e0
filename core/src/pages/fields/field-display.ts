import type { Field } from '@trellis-crm/sdk';
import type { Tag } from '../../records/tags/tag.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { linksIn } from '../../records/links.js';
import type { Formatters } from '../../views/formatters.js';
import type { ViewEnv } from '../../views/view-env.js';
import { filesValue, firstFile } from './files-display.js';
import { asText, targetOf, type EntityField, type RecordValues } from './entity-field.js';
import type { Labels } from './labels.js';
import { optionTone, type Tone } from './option-tone.js';
import type { RecordNames } from './record-names.js';

/** A value as the kit's `ui-value` shows it. An empty text stands for no value. */
export interface ValueView {
  readonly kind:
    | 'text'
    | 'longText'
    | 'number'
    | 'link'
    | 'email'
    | 'phone'
    | 'url'
    | 'person'
    | 'boolean'
    | 'date'
    | 'tags'
    | 'entries';
  readonly text: string;
  /** Address; for a phone the number to dial. */
  readonly href?: string;
  /** Machine form of a moment or day. */
  readonly datetime?: string;
  readonly isOn?: boolean;
  readonly tags?: readonly { readonly label: string; readonly tone: Tone }[];
  readonly entries?: readonly EntryView[];
}

/** One entry of a list field: what it says, and further facts in a smaller print. */
export interface EntryView {
  readonly text: string;
  readonly href?: string;
  readonly note?: string;
  /** Leads to a file, which a browser has to fetch itself. */
  readonly isDownload?: boolean;
}

/** What showing a value needs beside the value. */
export interface DisplaySources {
  readonly env: ViewEnv;
  readonly formatters: Formatters;
  readonly labels: Labels;
  readonly names: RecordNames;
  /** Text of core's catalogue. */
  readonly t: (key: string, values?: Readonly<Record<string, unknown>>) => string;
}

/** Shows one field of a record. */
export function displayField(
  entity: CompiledEntity,
  field: EntityField,
  record: RecordValues,
  sources: DisplaySources,
): ValueView {
  return displayValue(entity, field, field.valueIn(record), sources);
}

/** Shows a value of a field. */
export function displayValue(
  entity: CompiledEntity,
  field: EntityField,
  value: unknown,
  sources: DisplaySources,
): ValueView {
  if (value === null || value === '') return empty;
  return displays[field.field.kind]({ entity, field, declared: field.field, value, sources });
}

/** What a list field shows in one line. */
interface FirstEntry extends EntryView {
  /** How many entries there are besides. */
  readonly more: number;
}

/**
 * Shows the first entry of a list field, the primary one before all others, without its note.
 *
 * @returns what does so for one record after the other; null for a list without entries
 */
export function firstEntryDisplay(
  entity: CompiledEntity,
  field: EntityField,
  sources: DisplaySources,
): (record: RecordValues) => FirstEntry | null {
  const declared = field.field;
  if (declared.kind === 'links') return (record) => firstLink(field.valueIn(record), sources);
  if (declared.kind === 'files') return (record) => firstFile(field.valueIn(record));
  const speaking = Object.entries(declared.item ?? {}).filter(([, { kind }]) => saysSomething(kind));
  return (record) => {
    const value = (field.valueIn(record) ?? []) as readonly RecordValues[];
    const entry = (value.length > 1 ? value.find(({ isPrimary }) => isPrimary === true) : undefined) ?? value[0];
    if (entry === undefined) return null;
    const shown = { entity, field, declared, value, sources };
    const more = value.length - 1;
    if (standTogether(shown, speaking.length)) {
      const facts = factsIn(shown, entry);
      if (standTogether(shown, facts.length)) return { text: joined(facts.map(displayFact), ', '), more };
    }
    const first = speaking.find(([item]) => isFilled(entry[item]));
    if (first === undefined) return { text: '', more };
    const view = displayFact({ ...shown, item: first[0], declared: first[1], value: entry[first[0]] });
    return { text: view.text, ...linkOf(view), more };
  };
}

/** `90` seconds as `0:01:30`, whole minutes as `1:30`. */
export function formatDuration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.trunc(seconds / 3600), Math.trunc((seconds % 3600) / 60), seconds % 60];
  return rest === 0 ? `${hours}:${two(minutes)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}

interface Shown {
  readonly entity: CompiledEntity;
  readonly field: EntityField;
  readonly declared: Field;
  readonly value: unknown;
  readonly sources: DisplaySources;
  /** Name of the entry's field, for values inside a list. */
  readonly item?: string;
}

type Display = (shown: Shown) => ValueView;

const empty: ValueView = { kind: 'text', text: '' };

const text: Display = ({ entity, field, value, sources: { labels } }) => ({
  kind: 'text',
  text: labels.known(entity, field, asText(value)),
});
const number: Display = ({ value, sources: { formatters, env } }) => ({
  kind: 'number',
  text: formatters.number(env, value),
});

const displays: Readonly<Record<Field['kind'], Display>> = {
  text,
  longText: ({ value }) => ({ kind: 'longText', text: String(value) }),
  integer: ({ field, value, sources: { formatters, env } }) => ({
    kind: 'number',
    text: formatters.number(env, value, /year$/i.test(field.name) ? { useGrouping: false } : {}),
  }),
  decimal: number,
  percent: ({ value, sources: { formatters, env } }) => ({
    kind: 'number',
    text: formatters.number(env, Number(value) / 100, { style: 'percent', maximumFractionDigits: 2 }),
  }),
  money: ({ value, sources: { formatters, env } }) => ({ kind: 'number', text: formatters.money(env, value) }),
  boolean: ({ value, sources: { t } }) => ({
    kind: 'boolean',
    text: t(value === true ? 'ui.yes' : 'ui.no'),
    isOn: value === true,
  }),
  date: ({ value, sources: { formatters, env } }) => ({
    kind: 'date',
    text: formatters.date(env, value),
    datetime: String(value),
  }),
  dateTime: ({ value, sources: { formatters, env } }) => ({
    kind: 'date',
    text: formatters.timeAgo(env, value),
    datetime: String(value),
  }),
  duration: ({ value }) => ({ kind: 'number', text: formatDuration(Number(value)) }),
  choice: (shown) => displayTags(shown, [String(shown.value)]),
  choices: (shown) => displayTags(shown, shown.value as readonly (string | Tag)[]),
  ref: displayRef,
  email: ({ value }) => ({ kind: 'email', text: String(value) }),
  phone: ({ value, sources: { formatters } }) => ({
    kind: 'phone',
    text: formatters.phone(String(value)),
    href: String(value).replace(/[^+\d]/g, ''),
  }),
  url: ({ value }) => ({
    kind: 'url',
    text: String(value)
      .replace(/^https?:\/\/(www\.)?/, '')
      .replace(/\/$/, ''),
    href: String(value),
  }),
  list: displayList,
  links: displayLinks,
  files: ({ value, sources }) => filesValue(value, sources),
  json: ({ value }) => ({ kind: 'text', text: JSON.stringify(value) }),
};

function displayTags({ entity, field, declared, sources, item }: Shown, values: readonly (string | Tag)[]): ValueView {
  const labelOf = (value: string): string => sources.labels.option(entity, field, value, item);
  const toneOf = (value: string): Tone => optionTone(value, declared.options?.indexOf(value) ?? 0);
  const tags = values.map((value) =>
    typeof value === 'object'
      ? { label: value.name, tone: value.tone }
      : { label: labelOf(value), tone: toneOf(value) },
  );
  return { kind: 'tags', text: tags.map(({ label }) => label).join(', '), tags };
}

function displayRef({ entity, declared, value, sources }: Shown): ValueView {
  const target = targetOf(entity, declared);
  const name = sources.names.of(target, String(value));
  if (name === null) return { kind: 'text', text: sources.t('value.hidden') };
  return { kind: target === 'core.user' ? 'person' : 'link', text: name.title, href: name.href };
}

function displayList(shown: Shown): ValueView {
  const values = shown.value as readonly RecordValues[];
  const ordered = [...values].sort(
    (left, right) => Number(right['isPrimary'] ?? false) - Number(left['isPrimary'] ?? false),
  );
  const entries = ordered.map((entry) => displayEntry(shown, entry));
  return { kind: 'entries', text: entries.map(({ text }) => text).join(', '), entries };
}

/** Records that the reader may see, by name; of the others only that they are there. */
function displayLinks({ value, sources }: Shown): ValueView {
  const entries = linksIn(value).map(
    ({ entity, id }): EntryView => namedEntry(sources.names.of(entity, id)) ?? { text: sources.t('value.hidden') },
  );
  return { kind: 'entries', text: entries.map(({ text }) => text).join(', '), entries };
}

function namedEntry(name: ReturnType<RecordNames['of']>): EntryView | null {
  return name === null ? null : { text: name.title, href: name.href };
}

/** One whose name the reader may know stands for all, else their number. */
function firstLink(value: unknown, { names, t }: DisplaySources): FirstEntry | null {
  const links = linksIn(value);
  if (links.length === 0) return null;
  const known = links.map(({ entity, id }) => namedEntry(names.of(entity, id))).find((entry) => entry !== null);
  return known === undefined
    ? { text: t('value.links', { count: links.length }), more: 0 }
    : { ...known, more: links.length - 1 };
}

/** Facts of an entry with many fields stand together (an address), otherwise the first one speaks and the rest follows as its note; flags say nothing here. */
function displayEntry(shown: Shown, entry: RecordValues): EntryView {
  const facts = factsIn(shown, entry).map(displayFact);
  const choices = filledItems(shown, entry, (kind) => kind === 'choice').map(displayFact);
  if (standTogether(shown, facts.length)) return { text: joined(facts, ', '), ...noted(choices) };
  const [first, ...rest] = facts;
  return { text: first?.text ?? '', ...linkOf(first), ...noted([...rest, ...choices]) };
}

function standTogether({ declared }: Shown, facts: number): boolean {
  return facts > 2 || Object.keys(declared.item ?? {}).length > 4;
}

/** What an entry says, without choices and flags. */
function factsIn(shown: Shown, entry: RecordValues): Shown[] {
  return filledItems(shown, entry, saysSomething);
}

function saysSomething(kind: Field['kind']): boolean {
  return kind !== 'choice' && kind !== 'boolean';
}

function filledItems(shown: Shown, entry: RecordValues, isWanted: (kind: Field['kind']) => boolean): Shown[] {
  const filled: Shown[] = [];
  const items = shown.declared.item ?? {};
  for (const item in items) {
    const declared = items[item];
    const value = entry[item];
    if (declared === undefined || !isFilled(value) || !isWanted(declared.kind)) continue;
    filled.push({ entity: shown.entity, field: shown.field, sources: shown.sources, declared, value, item });
  }
  return filled;
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function displayFact(fact: Shown): ValueView {
  return displays[fact.declared.kind](fact);
}

function linkOf(view: ValueView | undefined): { href?: string } {
  if (view?.kind === 'email') return { href: `mailto:${view.text}` };
  if (view?.kind === 'phone') return { href: `tel:${view.href ?? ''}` };
  return view?.href === undefined ? {} : { href: view.href };
}

function noted(views: readonly ValueView[]): { note?: string } {
  return views.length === 0 ? {} : { note: joined(views, ' · ') };
}

function joined(views: readonly ValueView[], separator: string): string {
  return views.map(({ text }) => text).join(separator);
}
