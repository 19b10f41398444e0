import { NotFoundError, type Problem } from '@trellis-crm/sdk';
import { similarList, type SimilarRecord } from '../duplicates/similar-records.js';
import { asText, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import type { FormData } from '../fields/form-reader.js';
import { formProblems } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { problemText } from '../form/problem-text.js';
import type { EntityCall } from '../page-call.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { columnsOf } from './list-columns.js';
import { namesFor } from './list-names.js';
import { readNamedPage } from './list-reader.js';
import { plainBase } from './list-state.js';
import { editedRowHtml, rowsHtml } from './row-view.js';

/** A cell that is edited in its row. */
export interface CellEditing {
  readonly field: EntityField;
  readonly record: RecordValues;
  readonly form: FormData;
  readonly problems: readonly Problem[];
  /** Records that the one changed would look like. */
  readonly similar?: readonly SimilarRecord[];
}

/** Columns of the list that asks, as `list` of the address says; null for requests of other pages. Empty: those of the declaration. */
export function askingList({ request }: EntityCall): readonly string[] | null | undefined {
  const list = request.url.searchParams.get('list');
  if (list === null) return undefined;
  return list === '' ? null : list.split(',');
}

/**
 * The row of the record that the address names, as its list shows it; with an editor in place of one cell.
 *
 * @throws NotFoundError `record_not_found`
 */
export async function rowAnswer(
  call: EntityCall,
  columns: readonly string[] | null,
  editing: CellEditing | null,
): Promise<SafeHtml> {
  const { entity, request } = call;
  const nodes = [{ field: 'id', op: 'eq', value: request.params['id'] ?? '' }];
  const state = {
    path: `/${entity.path}`,
    q: null,
    view: null,
    nodes,
    sort: [],
    columns,
    after: null,
    base: plainBase,
  };
  const page = await readNamedPage(call, state);
  const [text] = page.texts;
  if (text === undefined) throw new NotFoundError('record_not_found');
  const names = await namesFor(call, { ...state, nodes: [] }, page);
  const fields = columnsOf(entity, state);
  if (editing === null) return rowsHtml(call, fields, [text], names);
  const html = await editorHtml(call, columns, editing);
  return editedRowHtml(call, fields, { text, names }, { path: editing.field.path, html });
}

async function editorHtml(
  call: EntityCall,
  columns: readonly string[] | null,
  { field, record, form, problems, similar = [] }: CellEditing,
): Promise<SafeHtml> {
  const found = formProblems(problems, controlNames([field], form), problemText(call));
  const control = fieldControl(field, await controlSources(call, [field], form, found));
  const id = asText(record['id']);
  const address = `/${call.entity.path}/${id}/fields/${field.path}?list=${columns?.join() ?? ''}`;
  return call.render('core:records/_cell-editor', {
    rowId: `row-${id}`,
    control,
    action: address,
    cancelHref: `${address}&show=1`,
    version: record['version'],
    general: found.general,
    similar: similarList(call, similar, record),
  });
}
