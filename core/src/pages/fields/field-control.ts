import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { targetOf, type EntityField } from './entity-field.js';
import type { ControlSources } from './control-sources.js';
import { entryPlaces, readLinks, textOf, type FormData } from './form-reader.js';
import { filesControl, type FilesView } from './files-control.js';
import { linksControl, type LinksView } from './links-control.js';

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
  readonly rows: readonly {
    readonly place: number;
    readonly number: number;
    readonly controls: readonly ControlView[];
  }[];
  readonly error?: string;
  readonly isFull: boolean;
}

/** The control of one field, filled from the form. */
export function fieldControl(
  owner: EntityField,
  sources: ControlSources,
): ControlView | EntriesView | LinksView | FilesView {
  const { entity, labels } = sources;
  if (owner.field.kind === 'list') return entriesControl(owner, sources);
  if (owner.field.kind === 'links') return linksControl(owner, sources);
  if (owner.field.kind === 'files') return filesControl(owner, sources);
  const hint = labels.hint(entity, owner);
  const control = buildControl({
    owner,
    field: owner.field,
    name: owner.path,
    label: labels.field(entity, owner),
    sources,
  });
  return hint === null ? control : { ...control, hint };
}

/** Ids that the form's look-ups hold, by entity id. */
export function refsInForm(
  entity: CompiledEntity,
  fields: readonly EntityField[],
  form: FormData,
): Map<string, Set<string>> {
  const refs = new Map<string, Set<string>>();
  const note = (target: string, id: string): void => {
    if (isId(id)) refs.set(target, (refs.get(target) ?? new Set()).add(id));
  };
  const noteRef = (field: Field, name: string): void => {
    if (field.kind === 'ref') note(targetOf(entity, field), textOf(form, name));
  };
  for (const { path, field } of fields) {
    if (field.kind === 'links') for (const link of readLinks(form, path)) note(link.entity, link.id);
    noteRef(field, path);
    for (const place of field.kind === 'list' ? entryPlaces(form, path) : [])
      for (const [item, declared] of itemsOf(field)) noteRef(declared, `${path}.${place}.${item}`);
  }
  return refs;
}

function itemsOf({ item = {} }: Field): readonly (readonly [string, Field])[] {
  return Object.entries(item);
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/** A control being built. */
interface Draft {
  /** Field of the entity: itself, or the list that the control's entry belongs to. */
  readonly owner: EntityField;
  readonly field: Field;
  readonly name: string;
  readonly label: string;
  /** Name of the field inside an entry. */
  readonly item?: string;
  readonly sources: ControlSources;
}

type Built = { readonly kind: string; readonly [option: string]: unknown };
type Build = (draft: Draft) => Built;

const value = ({ name, sources }: Draft): string => textOf(sources.form, name);
const line =
  (type: string): Build =>
  (draft) => ({ kind: 'text', type, autocomplete: 'off', value: value(draft) });
const figure =
  (suffix?: string): Build =>
  (draft) => ({
    kind: 'number',
    value: value(draft),
    isInteger: draft.field.kind === 'integer',
    ...(suffix === undefined ? {} : { suffix }),
  });
const area: Build = (draft) => ({ kind: 'textarea', value: value(draft), rows: 4, isWide: true });

const builders: Readonly<Record<Field['kind'], Build>> = {
  text: line('text'),
  email: line('email'),
  phone: line('tel'),
  url: line('url'),
  longText: area,
  json: area,
  list: area,
  links: area,
  files: area,
  integer: figure(),
  decimal: figure(),
  percent: figure('%'),
  duration: (draft) => ({ kind: 'text', type: 'text', value: value(draft), placeholder: '0:30' }),
  money: buildMoney,
  boolean: ({ name, sources }) => ({ kind: 'checkbox', isChecked: isTrue(sources.form[name]) }),
  date: (draft) => ({ kind: 'date', value: value(draft) }),
  dateTime: (draft) => ({ kind: 'datetime', value: value(draft) }),
  choice: (draft) => ({
    kind: 'select',
    value: value(draft),
    options: optionsOf(draft),
    ...(draft.field.default === undefined ? { emptyLabel: '–' } : {}),
  }),
  choices: (draft) => ({
    kind: 'choice',
    isMultiple: true,
    isWide: true,
    value: draft.sources.form[draft.name] ?? [],
    options: optionsOf(draft),
  }),
  ref: buildLookup,
};

function buildControl(draft: Draft): ControlView {
  const { field, name, label, sources } = draft;
  const error = sources.errors.get(name) ?? sources.errors.get(`${name}.amount`);
  const isRequired = field.required === true && field.kind !== 'boolean';
  return { ...builders[field.kind](draft), name, label, isRequired, ...(error === undefined ? {} : { error }) };
}

function optionsOf({ owner, field, item, sources: { entity, labels } }: Draft): object[] {
  return (field.options ?? []).map((option) => ({ value: option, label: labels.option(entity, owner, option, item) }));
}

function buildMoney({ name, sources: { form, currencies } }: Draft): Built {
  const currency = textOf(form, `${name}.currency`);
  const money = { kind: 'money', amount: textOf(form, `${name}.amount`), currencies };
  return currency === '' ? money : { ...money, currency };
}

/** Few records are a list to choose from; many are searched while typing, and without scripts offered by their first. */
function buildLookup(draft: Draft): Built {
  const { generation, entity, names, choices } = draft.sources;
  const target = targetOf(entity, draft.field);
  const path = generation.entities.get(target)?.path;
  const id = value(draft);
  const current = id === '' ? null : names.of(target, id);
  const lookup = {
    kind: 'lookup',
    value: id,
    options: choices.get(target) ?? [],
    ...(current === null ? {} : { valueLabel: current.title }),
    ...(path === undefined ? {} : { searchHref: `/${path}/options` }),
  };
  return lookup;
}

function entriesControl(owner: EntityField, sources: ControlSources): EntriesView {
  const { path, field } = owner;
  const { form, errors, labels, entity } = sources;
  const rows = entryPlaces(form, path).map((place, index) => ({
    place,
    number: index + 1,
    controls: Object.entries(field.item ?? {}).map(([item, declared]) => {
      const label = labels.item(entity, owner, item);
      return buildControl({ owner, field: declared, name: `${path}.${place}.${item}`, label, item, sources });
    }),
  }));
  const error = errors.get(path);
  const isFull = rows.length >= (field.max ?? 100);
  return {
    kind: 'entries',
    name: path,
    label: labels.field(entity, owner),
    rows,
    isFull,
    ...(error === undefined ? {} : { error }),
  };
}

function isTrue(sent: FormData[string]): boolean {
  return sent === 'true' || (Array.isArray(sent) && sent.includes('true'));
}
