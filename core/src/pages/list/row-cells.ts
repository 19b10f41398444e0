import { safeHref } from '../../views/html-attributes.js';
import { cutHoles, hole, markupHole, type HoledMarkup } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { addressOf, asText, hasEntries, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { displayValue, firstEntryDisplay, type DisplaySources, type ValueView } from '../fields/field-display.js';
import { fieldRightsOf } from '../fields/readers-entity.js';
import type { EntityCall } from '../page-call.js';
import { isNumeric, isWideOnly, needsLabel } from './list-view.js';

/** Writes what a record shows in one column: a cell of its row. */
export type WriteCell = (record: RecordValues) => string;

/**
 * The cells of a list's columns. Those of the same form (empty, a text, a link …) differ in their texts and addresses only: the
 * template draws each form once, with holes, and every record fills one.
 */
export function cellWriters(
  call: EntityCall,
  { fields, canEdit }: { readonly fields: readonly EntityField[]; readonly canEdit: boolean },
  sources: DisplaySources,
): readonly WriteCell[] {
  const { entity, env, request } = call;
  const table = ['cell', entity.definition.id, fieldRightsOf(entity, request.identity), env.locale].join(' ');
  const titlePlace = titlePlaceOf(call, fields);
  return fields.map((field, place) => {
    const isTitle = place === titlePlace;
    const column = {
      call,
      sources,
      field,
      forms: formsOf(call, field, { table, isTitle, isEditable: canEdit && !isTitle && isEditable(field) }),
    };
    if (isTitle) return titleCell(column);
    return hasEntries(field) ? listCell(column) : valueCell(column);
  });
}

/** The cell of the name is the link to the record; without it the first cell, whatever it shows. */
function titlePlaceOf({ entity }: EntityCall, fields: readonly EntityField[]): number {
  return Math.max(
    0,
    fields.findIndex(({ path }) => path === entity.definition.title),
  );
}

/** Where a cell stands. */
interface CellPlace {
  readonly isTitle: boolean;
  readonly isEditable: boolean;
}

/** Values of one control; entries and long texts have room on the record's own page. */
function isEditable({ field }: EntityField): boolean {
  return field.readOnly !== true && !['list', 'links', 'files', 'json', 'longText'].includes(field.kind);
}

interface Column {
  readonly call: EntityCall;
  readonly sources: DisplaySources;
  readonly field: EntityField;
  readonly forms: Forms;
}

/** The cell of a form, with its holes. */
type Forms = (form: string) => HoledMarkup;

/** Kept for the generation; a page, which asks fifty times, looks them up once. */
function formsOf(
  call: EntityCall,
  field: EntityField,
  { table, ...place }: CellPlace & { readonly table: string },
): Forms {
  const { holed } = call.request.generation.views;
  const known = new Map<string, HoledMarkup>();
  return (form) => {
    let markup = known.get(form);
    if (markup === undefined) {
      markup = holed.of(`${table} ${field.path} ${String(place.isTitle)} ${String(place.isEditable)} ${form}`, () =>
        drawForm(call, field, { form, ...place }),
      );
      known.set(form, markup);
    }
    return markup;
  };
}

function drawForm(
  { entity, labels, render }: EntityCall,
  field: EntityField,
  { form, isTitle, isEditable: canEdit }: CellPlace & { readonly form: string },
): HoledMarkup {
  const label = needsLabel(field.field) ? { label: labels.field(entity, field) } : {};
  const facts = { ...label, isNumeric: isNumeric(field.field), isWideOnly: isWideOnly(field) };
  const title = isTitle ? { isTitle, href: hole(1) } : {};
  const edit = canEdit ? { editName: field.path } : {};
  return cutHoles(render('ui-table-cell', { ...openView(form), ...facts, ...title, ...edit }));
}

function openView(form: string): object {
  if (form === 'drawn') return { kind: 'text', text: markupHole(0) };
  const names = openNames[form as ValueView['kind']];
  if (names === undefined) return JSON.parse(form) as ValueView;
  return { kind: form, ...Object.fromEntries(names.map((name, place) => [name, hole(place)])) };
}

type OpenName = 'text' | 'href' | 'datetime';

/** What of a value is left open, by its kind; other kinds are drawn. */
const openNames: Readonly<Partial<Record<ValueView['kind'], readonly OpenName[]>>> = {
  text: ['text'],
  number: ['text'],
  email: ['text'],
  date: ['text', 'datetime'],
  link: ['text', 'href'],
  phone: ['text', 'href'],
  url: ['text', 'href'],
};

function titleCell({ call, sources, field, forms }: Column): WriteCell {
  const { entity } = call;
  return (record) => {
    const { text } = displayValue(entity, field, field.valueIn(record), sources);
    return forms(text === '' ? empty : 'text').write([text, addressOf(entity, record)]);
  };
}

/** In a table a list field shows its first entry and how many more there are. */
function listCell({ call: { entity }, sources, field, forms }: Column): WriteCell {
  const firstEntry = firstEntryDisplay(entity, field, sources);
  return (record) => {
    const entry = firstEntry(record);
    if (entry === null) return forms(empty).write(nothing);
    const { href, more } = entry;
    const text = more === 0 ? entry.text : `${entry.text} +${String(more)}`;
    if (text === '') return forms(empty).write(nothing);
    return href === undefined ? forms('text').write([text]) : forms('link').write([text, safeHref(href)]);
  };
}

/** Any other cell. */
function valueCell(column: Column): WriteCell {
  const { call, sources, field } = column;
  return (record) => writeView(column, displayValue(call.entity, field, field.valueIn(record), sources));
}

function writeView({ call, forms }: Column, shown: ValueView): string {
  const view = shown.kind === 'longText' ? { ...shown, kind: 'text' as const } : shown;
  if (view.text === '') return forms(view.kind === 'text' ? empty : JSON.stringify(view)).write(nothing);
  const names = openNames[view.kind];
  if (names === undefined) return forms('drawn').write([drawValue(call, view)]);
  const values = names.map((name) => (name === 'href' ? safeHref(view.href) : asText(view[name])));
  return values.includes('') ? forms('drawn').write([drawValue(call, view)]) : forms(view.kind).write(values);
}

/** What is more than a text in a frame: a person's avatar, tags, a mark. Few are told apart, and many rows show the same. */
function drawValue({ env, request, render }: EntityCall, view: ValueView): SafeHtml {
  const key = view.kind === 'person' ? `${view.text}\n${asText(view.href)}` : JSON.stringify(view);
  return request.generation.views.fragments.of(`${view.kind} ${env.locale} ${key}`, () => render('ui-value', view));
}

const nothing: readonly string[] = [];

/** A cell without a value, as it stands in the form. */
const empty = JSON.stringify({ kind: 'text', text: '' } satisfies ValueView);
