import { isTrellisError, type CreateOf, type EntityDefinition, type PatchOf, type Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { extensionFields, formFields, type EntityField, type RecordValues } from '../fields/entity-field.js';
import { readForm, type FormData } from '../fields/form-reader.js';
import type { PageCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { patchBlocks } from '../block-patches.js';
import { changeEntries } from './form-entries.js';
import { problemsOf } from './form-problems.js';
import { formView } from './form-view.js';
import { formValuesOf, initialValues } from './form-values.js';

/** `GET /<path>/new`: an empty form; the address may fill in fields (`?account=<id>`). */
export function showCreateForm(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  return showForm(call, entity, null, initialValues(writableFields(entity), call.request.url, call.env.timeZone));
}

/** `POST /<path>/new`: adds the record, or shows the form again with what is wrong. */
export async function takeCreateForm(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const form = call.request.body as FormData;
  const changed = changeEntries(form);
  if (changed !== null) return showForm(call, entity, null, changed);
  const { values, problems } = readForm(writableFields(entity), form, reading(call));
  if (problems.length > 0) return showForm(call, entity, null, form, problems);
  try {
    const created = (await call.ctx.records(entity.definition).create(values as CreateOf<EntityDefinition>)) as RecordValues;
    const text = call.t('form.created', { name: titleOf(entity, created) });
    return goTo(`/${entity.path}/${String(created['id'])}`, { text });
  } catch (error) {
    return showForm(call, entity, null, form, problemsOf(error));
  }
}

/** `GET /<path>/:id/edit`: the record's form. */
export async function showEditForm(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const record = await readRecord(call, entity);
  return showForm(call, entity, record, formValuesOf(writableFields(entity), record, call.env.timeZone));
}

/** `POST /<path>/:id/edit`: saves, or shows the form again with what is wrong or what somebody else changed meanwhile. */
export async function takeEditForm(call: PageCall, entity: CompiledEntity): Promise<PageAnswer> {
  const form = call.request.body as FormData;
  const record = await readRecord(call, entity);
  const changed = changeEntries(form);
  if (changed !== null) return showForm(call, entity, record, changed);
  const { values, problems } = readForm(writableFields(entity), form, reading(call));
  if (problems.length > 0) return showForm(call, entity, record, form, problems);
  try {
    const saved = await saveRecord(call, entity, values);
    return goTo(`/${entity.path}/${String(saved['id'])}`, { text: call.t('form.saved', { name: titleOf(entity, saved) }) });
  } catch (error) {
    if (isTrellisError(error) && error.kind === 'stale') return showConflict(call, entity, form);
    return showForm(call, entity, record, form, problemsOf(error));
  }
}

/** Fields a form may carry: own and plugins', without those nobody may write. */
export function writableFields(entity: CompiledEntity): EntityField[] {
  return [...formFields(entity), ...extensionFields(entity).flatMap(({ fields }) => fields)].filter(({ field }) => field.readOnly !== true);
}

/** The record a page is about. @throws NotFoundError */
export async function readRecord({ ctx, request }: PageCall, entity: CompiledEntity): Promise<RecordValues> {
  return (await ctx.records(entity.definition).get(request.params['id'] ?? '')) as RecordValues;
}

/** Writes the fields of a form; a version that the form carried must still be the record's. @throws StaleError */
export async function saveRecord({ ctx, request }: PageCall, entity: CompiledEntity, values: RecordValues): Promise<RecordValues> {
  const { ifVersion, params } = request;
  const condition = typeof ifVersion === 'number' ? { version: ifVersion } : {};
  return (await ctx.records(entity.definition).update(params['id'] ?? '', values as PatchOf<EntityDefinition>, condition)) as RecordValues;
}

/** What a record is called. */
export function titleOf({ definition }: CompiledEntity, record: RecordValues): string {
  return String(record[definition.title] ?? '');
}

/** How texts of a form are understood. */
export function reading({ env }: PageCall): { timeZone: string; currency: string } {
  return { timeZone: env.timeZone, currency: env.currency };
}

/** The form keeps what was typed; beside it stands what the record says by now, and saving again overwrites that. */
async function showConflict(call: PageCall, entity: CompiledEntity, form: FormData): Promise<PageAnswer> {
  const current = await readRecord(call, entity);
  const fields = writableFields(entity);
  const theirs = formValuesOf(fields, current, call.env.timeZone);
  const differing = fields.filter(({ path }) => Object.keys({ ...form, ...theirs }).some((name) => isOf(name, path) && !isSame(form[name], theirs[name])));
  return showForm(call, entity, current, form, [], differing);
}

async function showForm(
  call: PageCall,
  entity: CompiledEntity,
  record: RecordValues | null,
  form: FormData,
  problems: readonly Problem[] = [],
  conflicts: readonly EntityField[] = [],
): Promise<PageAnswer> {
  const { labels, t } = call;
  const { definition, path } = entity;
  const title = record === null ? t('form.newTitle', { entity: labels.oneInText(definition) }) : t('form.editTitle', { name: titleOf(entity, record) });
  const view = await formView(call, entity, { record, form, problems, conflicts, title });
  const html = call.request.generation.views.render('core:records/form', view, call.env);
  const blocks = await patchBlocks(call, `${definition.module}.${definition.plural}-form`, { id: record?.['id'] ?? null }, [{ name: 'form', html }]);
  const above = record === null ? [] : [{ label: titleOf(entity, record), href: `/${path}/${String(record['id'])}` }];
  const breadcrumbs = [{ label: labels.many(definition), href: `/${path}` }, ...above, { label: record === null ? title : t('form.edit') }];
  const isRefused = problems.length > 0 || conflicts.length > 0;
  return showPage({ title, breadcrumbs, blocks }, isRefused ? 422 : 200);
}

function isOf(name: string, path: string): boolean {
  return name === path || name.startsWith(`${path}.`);
}

function isSame(left: FormData[string], right: FormData[string]): boolean {
  const flat = (value: FormData[string]): string => (Array.isArray(value) ? [...value].filter((entry) => entry !== 'false').sort().join('\n') : String(value ?? ''));
  return flat(left) === flat(right);
}
