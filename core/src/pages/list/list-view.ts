import { User, type Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { SafeHtml } from '../../views/safe-html.js';
import type { DisplaySources } from '../fields/field-display.js';
import { fieldsOf, type EntityField } from '../fields/entity-field.js';
import type { RecordNames } from '../fields/record-names.js';
import type { EntityCall, PageCall } from '../page-call.js';
import type { RecordPage } from './list-reader.js';
import { listAddress, type ListState } from './list-state.js';

/** Columns of an entity's list, as its declaration says; name and last change when it says nothing. */
export function listFields({ definition, ...entity }: CompiledEntity): EntityField[] {
  const paths = definition.views?.list ?? [definition.title, 'updatedAt'];
  return fieldsOf({ definition, ...entity }, paths);
}

/** The table of a list, as `ui-table` takes it. */
export function tableView(call: EntityCall, state: ListState, rows: SafeHtml): object {
  const { entity } = call;
  const fields = listFields(entity);
  const labels = fields.map((field) => call.labels.field(entity, field));
  return {
    caption: call.labels.many(entity.definition),
    columns: fields.map((field, place) => ({
      label: labels[place],
      isWideOnly: isWideOnly(field),
      ...columnOf(field, state),
    })),
    rowsHtml: rows,
    hasActions: true,
  };
}

/** What stands below the rows: how many there are, and the way on. */
export function pagerView(call: PageCall, state: ListState, page: RecordPage): object {
  const { t } = call;
  const summary =
    page.count === null ? '' : t(page.isCapped ? 'list.countCapped' : 'list.count', { count: page.count });
  return {
    summary,
    ...(page.next === null ? {} : { nextHref: listAddress({ ...state, after: page.next }) }),
    ...(state.after === null ? {} : { firstHref: listAddress({ ...state, after: null }) }),
  };
}

/** What showing values needs, from the call and the names already looked up. */
export function displaySources({ env, labels, request, t }: PageCall, names: RecordNames): DisplaySources {
  return { env, labels, names, t, formatters: request.generation.views.formatters };
}

/** Whether the module said that it writes this part of its entity itself, or that there is none. Users are deactivated instead of deleted. */
export function isWithout(
  { definition }: CompiledEntity,
  part: NonNullable<CompiledEntity['definition']['without']>[number],
): boolean {
  if (part === 'delete' && definition.id === User.id) return true;
  return definition.without?.includes(part) ?? false;
}

/** The last change is the first column to go where there is little room. */
export function isWideOnly(field: EntityField): boolean {
  return field.path === 'updatedAt';
}

const unsortable: ReadonlySet<Field['kind']> = new Set(['list', 'longText', 'json', 'choices', 'ref']);
const numeric: ReadonlySet<Field['kind']> = new Set(['integer', 'decimal', 'percent', 'money', 'duration']);

/** Whether figures of the field stand below each other at the right. */
export function isNumeric({ kind }: Field): boolean {
  return numeric.has(kind);
}

/** On a phone a row is a card without column heads: bare figures and dates say there what they are, words speak for themselves. */
export function needsLabel({ kind }: Field): boolean {
  return numeric.has(kind) || kind === 'date' || kind === 'dateTime' || kind === 'boolean';
}

function columnOf({ path, field }: EntityField, state: ListState): object {
  const shown = { isNumeric: isNumeric(field) };
  if (unsortable.has(field.kind)) return shown;
  const direction = state.sort === path ? 'ascending' : state.sort === `-${path}` ? 'descending' : undefined;
  const next = direction === 'ascending' ? `-${path}` : direction === 'descending' ? null : firstDirection(field, path);
  return { ...shown, sort: direction, sortHref: listAddress({ ...state, sort: next, after: null }) };
}

/** Figures and moments are asked for from the top, words from the start of the alphabet. */
function firstDirection({ kind }: Field, path: string): string {
  return numeric.has(kind) || kind === 'dateTime' || kind === 'date' ? `-${path}` : path;
}
