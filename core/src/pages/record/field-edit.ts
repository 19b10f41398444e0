import { NotFoundError, type Problem } from '@trellis-crm/sdk';
import type { SafeHtml } from '../../views/safe-html.js';
import {
  addressOf,
  asText,
  findField,
  hasEntries,
  type EntityField,
  type RecordValues,
} from '../fields/entity-field.js';
import { similarList, unseenByField, type SimilarRecord } from '../duplicates/similar-records.js';
import { fieldControl } from '../fields/field-control.js';
import { readForm, type FormData } from '../fields/form-reader.js';
import { readRecord, reading, saveRecord } from '../form/record-form.js';
import { formProblems, problemsOf } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { formWithFiles } from '../form/sent-files.js';
import { problemText } from '../form/problem-text.js';
import { formValuesOf } from '../form/form-values.js';
import type { EntityCall } from '../page-call.js';
import { askingList, rowAnswer } from '../list/cell-edit.js';
import { goTo, showPart, type PageAnswer } from '../page-endpoint.js';
import { detailId, detailView, mayEdit } from './details-view.js';
import { recordSources, renderHeader } from './record-page.js';

/** `GET /<path>/:id/fields/:field`: the editor of one field in place, or with `?show` the value again. Without htmx the whole form serves. */
export async function showFieldEditor(call: EntityCall): Promise<PageAnswer> {
  const { request, env, entity } = call;
  const field = editableField(call);
  if (!request.isPartial || isOfWholeForm(field))
    return goTo(`/${entity.path}/${request.params['id'] ?? ''}/edit#field-${field.path}`);
  const columns = askingList(call);
  const isShown = request.url.searchParams.has('show');
  if (columns !== undefined && isShown) return showPart(await rowAnswer(call, columns, null));
  const record = await readRecord(call);
  if (columns !== undefined) {
    const form = formValuesOf([field], record, env);
    return showPart(await rowAnswer(call, columns, { field, record, form, problems: [] }));
  }
  if (isShown) return showPart(await renderDetail(call, field, record));
  return showPart(await renderEditor(call, field, { record, form: formValuesOf([field], record, env), problems: [] }));
}

/** `POST /<path>/:id/fields/:field`: saves one field and shows its value, or the editor again with what is wrong, or once with records that look the same. */
export async function takeFieldEditor(call: EntityCall): Promise<PageAnswer> {
  const { request, entity } = call;
  const field = editableField(call);
  // A list is edited in the whole form; there is nothing here to show it again with.
  if (isOfWholeForm(field)) throw new NotFoundError('field_not_found');
  const { form, problems: unsent } = formWithFiles(call, [field]);
  const { values, problems: unread } = readForm([field], form, reading(call));
  const problems = [...unsent, ...unread];
  const columns = askingList(call);
  const refuse = async (found: readonly Problem[], similar: Similar = []): Promise<PageAnswer> => {
    const editing = { field, record: await readRecord(call), form, problems: found, similar };
    if (columns !== undefined) return showPart(await rowAnswer(call, columns, editing), 422);
    return showPart(await renderEditor(call, field, editing), 422);
  };
  if (problems.length > 0) return refuse(problems);
  const similar = await unseenByField(call, field, form);
  if (similar.length > 0) return refuse([], similar);
  try {
    const saved = await saveRecord(call, values);
    if (!request.isPartial) return goTo(addressOf(entity, saved));
    if (columns !== undefined) return showPart(await rowAnswer(call, columns, null));
    return showPart(await savedDetail(call, field, saved));
  } catch (error) {
    return refuse(problemsOf(error));
  }
}

/** Files are added and taken out where they stand; entries of several controls have room in the form only. */
function isOfWholeForm(field: EntityField): boolean {
  return hasEntries(field) && field.field.kind !== 'files';
}

async function savedDetail(call: EntityCall, field: EntityField, saved: RecordValues): Promise<SafeHtml> {
  const sources = await recordSources(call, saved);
  const detail = detailView(call, field, saved, sources);
  return call.render('core:records/_saved-detail', { detail, header: renderHeader(call, saved, sources) });
}

/** @throws NotFoundError for a field that is not there or not to be changed by this person */
function editableField(call: EntityCall): EntityField {
  const { entity } = call;
  const field = findField(entity, call.request.params['field'] ?? '');
  if (field === undefined || !mayEdit(call, field)) throw new NotFoundError('field_not_found');
  return field;
}

async function renderDetail(call: EntityCall, field: EntityField, record: RecordValues): Promise<SafeHtml> {
  const detail = detailView(call, field, record, await recordSources(call, record));
  return call.render('core:records/_detail', detail);
}

interface Editing {
  readonly record: RecordValues;
  readonly form: FormData;
  readonly problems: readonly Problem[];
  readonly similar?: Similar;
}

/** Records that the one changed would look like. */
type Similar = readonly SimilarRecord[];

async function renderEditor(
  call: EntityCall,
  field: EntityField,
  { record, form, problems, similar = [] }: Editing,
): Promise<SafeHtml> {
  const { entity } = call;
  const found = formProblems(problems, controlNames([field], form), problemText(call));
  const sources = await controlSources(call, [field], form, found);
  const action = `/${entity.path}/${asText(record['id'])}/fields/${field.path}`;
  const view = {
    id: detailId(field),
    control: fieldControl(field, sources),
    action,
    version: record['version'],
    cancelHref: `${action}?show=1`,
    general: found.general,
    similar: similarList(call, similar, record),
    isUpload: field.field.kind === 'files',
  };
  return call.render('core:records/_editor', view);
}
