import { isTrellisError, NotFoundError, type Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { SafeHtml } from '../../views/safe-html.js';
import { findField, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import { readForm, type FormData } from '../fields/form-reader.js';
import { readRecord, reading, saveRecord } from '../form/form-page.js';
import { formProblems, problemsOf } from '../form/form-problems.js';
import { controlNames, controlSources, problemText } from '../form/form-view.js';
import { formValuesOf } from '../form/form-values.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPart, type PageAnswer } from '../page-endpoint.js';
import { detailId, detailView, mayEdit } from './details-view.js';
import { recordSources, renderHeader } from './record-page.js';

/** `GET /<path>/:id/fields/:field`: the editor of one field in place, or with `?show` the value again. Without htmx the whole form serves. */
export async function showFieldEditor(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const { request, env } = call;
  const field = editableField(call, entity);
  if (!request.isPartial || field.field.kind === 'list') return toForm(call, entity, field);
  const record = await readRecord(call, entity);
  if (request.url.searchParams.has('show')) return showPart(await renderDetail(call, entity, field, record));
  return showPart(await renderEditor(call, entity, field, record, formValuesOf([field], record, env.timeZone)));
}

/** `POST /<path>/:id/fields/:field`: saves one field and shows its value, or the editor again with what is wrong. */
export async function takeFieldEditor(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const { request, env } = call;
  const field = editableField(call, entity);
  const form = (request.body ?? {}) as FormData;
  const { values, problems } = readForm([field], form, reading(call));
  const refuse = async (found: readonly Problem[]): Promise<PageAnswer> =>
    showPart(await renderEditor(call, entity, field, await readRecord(call, entity), form, found), 422);
  if (problems.length > 0) return refuse(problems);
  try {
    const saved = await saveRecord(call, entity, values);
    if (!request.isPartial) return goTo(`/${entity.path}/${String(saved['id'])}`);
    const sources = await recordSources(call, entity, saved);
    const detail = detailView(call, entity, field, saved, sources);
    const header = renderHeader(call, entity, saved, sources);
    return showPart(request.generation.views.render('core:records/_saved-detail', { detail, header }, env));
  } catch (error) {
    if (isTrellisError(error) && error.kind === 'stale') return refuse([{ pointer: '', code: 'stale_version', message: error.message }]);
    return refuse(problemsOf(error));
  }
}

/** @throws NotFoundError for a field that is not there or not to be changed by this person */
function editableField(call: PageCall, entity: CompiledEntity): EntityField {
  const field = findField(entity, call.request.params['field'] ?? '');
  if (field === undefined || !mayEdit(call, entity, field)) throw new NotFoundError('field_not_found');
  return field;
}

function toForm({ request }: PageCall, { path }: CompiledEntity, field: EntityField): PageAnswer {
  return goTo(`/${path}/${request.params['id'] ?? ''}/edit#field-${field.path}`);
}

async function renderDetail(call: PageCall, entity: CompiledEntity, field: EntityField, record: RecordValues): Promise<SafeHtml> {
  const detail = detailView(call, entity, field, record, await recordSources(call, entity, record));
  return call.request.generation.views.render('core:records/_detail', detail, call.env);
}

async function renderEditor(
  call: PageCall,
  entity: CompiledEntity,
  field: EntityField,
  record: RecordValues,
  form: FormData,
  problems: readonly Problem[] = [],
): Promise<SafeHtml> {
  const found = formProblems(problems, controlNames([field], form), problemText(call));
  const sources = await controlSources(call, entity, [field], form, found);
  const action = `/${entity.path}/${String(record['id'])}/fields/${field.path}`;
  const view = {
    id: detailId(field),
    control: { ...fieldControl(field, sources), attrs: { autofocus: true } },
    action,
    version: record['version'],
    cancelHref: `${action}?show=1`,
    general: found.general,
  };
  return call.request.generation.views.render('core:records/_editor', view, call.env);
}
