import type { Field } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { targetOf, type EntityField } from './entity-field.js';
import { entryPlaces, textOf, type FormData } from './form-reader.js';
import type { Labels } from './labels.js';
import type { RecordNames } from './record-names.js';

/** A control as the kit's `ui-field` takes it. */
export interface ControlView {
  readonly kind: string;
  readonly name: string;
  readonly label: string;
  readonly isWide?: boolean;
  readonly [option: string]: unknown;
}

/** Entries of a list field as repeatable rows of controls. */
export interface EntriesView {
  readonly kind: 'entries';
  readonly name: string;
  readonly label: string;
  readonly rows: readonly { readonly place: number; readonly number: number; readonly controls: readonly ControlView[] }[];
  readonly error?: string;
  readonly isFull: boolean;
}

/** What building controls needs beside the field. */
export interface ControlSources {
  readonly generation: Generation;
  readonly entity: CompiledEntity;
  readonly labels: Labels;
  /** Names behind the refs that the form holds. */
  readonly names: RecordNames;
  /** Records to choose from where there are few, by entity id. */
  readonly choices: ReadonlyMap<string, readonly { readonly value: string; readonly label: string }[]>;
  readonly currencies: readonly string[];
  readonly form: FormData;
  /** What is wrong, by control name. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The control of one field, filled from the form. */
export function fieldControl(field: EntityField, sources: ControlSources): ControlView | EntriesView {
  const { entity, labels } = sources;
  const label = labels.field(entity, field);
  if (field.field.kind === 'list') return entriesControl(field, label, sources);
  const hint = labels.hint(entity, field);
  return { ...controlOf(field, field.field, field.path, label, sources), ...(hint === null ? {} : { hint }) };
}

/** Ids that the form's look-ups hold, by entity id. */
export function refsInForm(entity: CompiledEntity, fields: readonly EntityField[], form: FormData): Map<string, Set<string>> {
  const refs = new Map<string, Set<string>>();
  const note = (field: Field, name: string): void => {
    const id = textOf(form, name);
    if (field.kind !== 'ref' || !isId(id)) return;
    const target = targetOf(entity, field);
    refs.set(target, (refs.get(target) ?? new Set()).add(id));
  };
  for (const { path, field } of fields) {
    note(field, path);
    for (const place of field.kind === 'list' ? entryPlaces(form, path) : []) {
      for (const [item, declared] of Object.entries(field.item ?? {})) note(declared, `${path}.${place}.${item}`);
    }
  }
  return refs;
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

type Build = (field: Field, name: string, sources: ControlSources, owner: EntityField, item?: string) => object;

const line = (type: string, autocomplete = 'off'): Build => (_field, name, { form }) => ({ kind: 'text', type, autocomplete, value: textOf(form, name) });
const figure = (suffix?: string): Build => ({ kind }, name, { form }) => ({
  kind: 'number',
  value: textOf(form, name),
  isInteger: kind === 'integer',
  ...(suffix && { suffix }),
});
const area: Build = (_field, name, { form }) => ({ kind: 'textarea', value: textOf(form, name), rows: 4, isWide: true });

const builders: Readonly<Record<Field['kind'], Build>> = {
  text: line('text'),
  email: line('email'),
  phone: line('tel'),
  url: line('url'),
  longText: area,
  json: area,
  list: area,
  integer: figure(),
  decimal: figure(),
  percent: figure('%'),
  duration: (_field, name, { form }) => ({ kind: 'text', value: textOf(form, name), placeholder: '0:30', type: 'text' }),
  money: (_field, name, { form, currencies }) => ({
    kind: 'money',
    amount: textOf(form, `${name}.amount`),
    ...(textOf(form, `${name}.currency`) === '' ? {} : { currency: textOf(form, `${name}.currency`) }),
    currencies,
  }),
  boolean: (_field, name, { form }) => ({ kind: 'checkbox', isChecked: isTrue(form[name]) }),
  date: (_field, name, { form }) => ({ kind: 'date', value: textOf(form, name) }),
  dateTime: (_field, name, { form }) => ({ kind: 'datetime', value: textOf(form, name) }),
  choice: (field, name, sources, owner, item) => ({
    kind: 'select',
    value: textOf(sources.form, name),
    options: optionsOf(field, sources, owner, item),
    ...(field.default === undefined ? { emptyLabel: '–' } : {}),
  }),
  choices: (field, name, sources, owner, item) => ({
    kind: 'choice',
    isMultiple: true,
    isWide: true,
    value: sources.form[name] ?? [],
    options: optionsOf(field, sources, owner, item),
  }),
  ref: lookup,
};

function controlOf(owner: EntityField, field: Field, name: string, label: string, sources: ControlSources, item?: string): ControlView {
  const error = sources.errors.get(name) ?? (field.kind === 'money' ? sources.errors.get(`${name}.amount`) : undefined);
  const built = builders[field.kind](field, name, sources, owner, item) as Omit<ControlView, 'name' | 'label'> & { kind: string };
  return { ...built, name, label, isRequired: field.required === true, ...(error === undefined ? {} : { error }) };
}

function optionsOf(field: Field, { entity, labels }: ControlSources, owner: EntityField, item?: string): object[] {
  return (field.options ?? []).map((value) => ({ value, label: labels.option(entity, owner, value, item) }));
}

/** Few records are a list to choose from; many are searched while typing, and without scripts offered by their latest. */
function lookup(field: Field, name: string, { generation, entity, names, choices, form }: ControlSources): object {
  const target = targetOf(entity, field);
  const path = generation.entities.get(target)?.path;
  const value = textOf(form, name);
  const current = value === '' ? null : names.of(target, value);
  return {
    kind: 'lookup',
    value,
    ...(current === null ? {} : { valueLabel: current.title }),
    options: choices.get(target) ?? [],
    ...(path === undefined ? {} : { searchHref: `/${path}/options` }),
  };
}

function entriesControl(owner: EntityField, label: string, sources: ControlSources): EntriesView {
  const { path, field } = owner;
  const { form, errors, labels, entity } = sources;
  const places = entryPlaces(form, path);
  const rows = places.map((place, index) => ({
    place,
    number: index + 1,
    controls: Object.entries(field.item ?? {}).map(([item, declared]) =>
      controlOf(owner, declared, `${path}.${place}.${item}`, labels.item(entity, owner, item), sources, item),
    ),
  }));
  const error = errors.get(path);
  return { kind: 'entries', name: path, label, rows, isFull: rows.length >= (field.max ?? 100), ...(error === undefined ? {} : { error }) };
}

function isTrue(value: FormData[string]): boolean {
  return value === 'true' || (Array.isArray(value) && value.includes('true'));
}
