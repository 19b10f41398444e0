import { safeHref } from '../../views/html-attributes.js';
import { hole, markupHole } from '../../views/holed-markup.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { asText, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { displayField, displayFirstEntry, type DisplaySources, type ValueView } from '../fields/field-display.js';
import type { EntityCall } from '../page-call.js';

/** What is put into a hole of a row. */
export type Filling = string | SafeHtml;

/** Puts what a record shows in one column into the holes of its row, and says which form the cell has. */
export type FillCell = (record: RecordValues, values: Filling[]) => string;

/** The first cell is the link to the record, whatever it shows. */
export function titleCell({ entity }: EntityCall, sources: DisplaySources, field: EntityField): FillCell {
  return (record, values) => {
    const { text } = displayField(entity, field, record, sources);
    if (text === '') return empty;
    values.push(text);
    return 'title';
  };
}

/** Any other cell. */
export function cellOf(call: EntityCall, sources: DisplaySources, field: EntityField): FillCell {
  const { entity } = call;
  if (field.field.kind === 'list') return listCell(call, sources, field);
  return (record, values) => {
    const view = displayField(entity, field, record, sources);
    return fillView(call, view.kind === 'longText' ? { ...view, kind: 'text' } : view, values);
  };
}

/** In a table a list field shows its first entry and how many more there are. */
function listCell({ entity }: EntityCall, sources: DisplaySources, field: EntityField): FillCell {
  return (record, values) => {
    const entry = displayFirstEntry(entity, field, record, sources);
    if (entry === null) return empty;
    const { href, more } = entry;
    const text = more === 0 ? entry.text : `${entry.text} +${String(more)}`;
    if (text === '') return empty;
    values.push(text);
    if (href === undefined) return 'text';
    values.push(safeHref(href));
    return 'link';
  };
}

function fillView(call: EntityCall, view: ValueView, values: Filling[]): string {
  if (view.text === '') return view.kind === 'text' ? empty : JSON.stringify(view);
  const names = openNames[view.kind];
  if (names === undefined || names.some((name) => asText(view[name]) === '')) {
    values.push(drawValue(call, view));
    return 'drawn';
  }
  for (const name of names) values.push(name === 'href' ? safeHref(view.href) : asText(view[name]));
  return view.kind;
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

/** The cell of a form, with the number of its holes; the first has the number `from`. */
export function openCell(form: string, from: number): { readonly view: object; readonly holes: number } {
  if (form === 'drawn') return { view: { kind: 'text', text: markupHole(from) }, holes: 1 };
  const kind = form === 'title' ? 'text' : form;
  const names = openNames[kind as ValueView['kind']];
  if (names === undefined) return { view: JSON.parse(form) as ValueView, holes: 0 };
  const open = names.map((name, place) => [name, hole(from + place)] as const);
  return { view: { kind, ...Object.fromEntries(open) }, holes: names.length };
}

/** What is more than a text in a frame: a person's avatar, tags, a mark. Few are told apart, and many rows show the same. */
function drawValue({ env, request, render }: EntityCall, view: ValueView): SafeHtml {
  const key = view.kind === 'person' ? `${view.text}\n${asText(view.href)}` : JSON.stringify(view);
  return request.generation.views.fragments.of(`${view.kind} ${env.locale} ${key}`, () => render('ui-value', view));
}

/** A cell without a value, as it stands in the form. */
const empty = JSON.stringify({ kind: 'text', text: '' } satisfies ValueView);
