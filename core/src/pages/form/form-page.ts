import { isTrellisError } from '@trellis-crm/sdk';
import { patchBlocks } from '../block-patches.js';
import { unseenSimilar } from '../duplicates/similar-records.js';
import { addressOf, titleOf, type EntityField } from '../fields/entity-field.js';
import { readForm, type FormData } from '../fields/form-reader.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, type PageAnswer } from '../page-endpoint.js';
import { changeEntries } from './form-entries.js';
import { problemsOf } from './form-problems.js';
import { formView, type FormState } from './form-view.js';
import { formValuesOf, initialValues } from './form-values.js';
import { formWithFiles } from './sent-files.js';
import { fieldsOfForm, isOutdated, readRecord, reading, saveRecord, writableFields } from './record-form.js';

/** `GET /<path>/new`: an empty form of whoever asks for it; the address may fill in fields (`?account=<id>`). */
export function showCreateForm(call: EntityCall): Promise<PageAnswer> {
  const start = { ...call.env, now: call.ctx.clock.now() };
  const form = initialValues(writableFields(call.entity), call.request.url, start);
  return showForm(call, { record: null, form: { ...ownerOf(call), ...form } });
}

/** What people add is theirs unless they say otherwise. */
function ownerOf({ entity, request: { identity } }: EntityCall): FormData {
  return entity.definition.owned && identity.userId !== null ? { owner: identity.userId } : {};
}

/** `POST /<path>/new`: adds the record, or shows the form again with what is wrong, or once with the records that look the same. */
export async function takeCreateForm(call: EntityCall): Promise<PageAnswer> {
  const { entity, ctx, t } = call;
  const { form, problems: unsent } = formWithFiles(call, writableFields(entity));
  const changed = changeEntries(form);
  if (changed !== null) return showForm(call, { record: null, form: changed, problems: unsent });
  const { values, problems: unread } = readForm(fieldsOfForm(writableFields(entity), form), form, reading(call));
  const problems = [...unsent, ...unread];
  if (problems.length > 0) return showForm(call, { record: null, form, problems });
  const similar = await unseenSimilar(call, form, null);
  if (similar.length > 0) return showForm(call, { record: null, form, similar });
  try {
    const created = await ctx.records(entity.definition).create(values);
    return goTo(addressOf(entity, created), { text: t('form.created', { name: titleOf(entity, created) }) });
  } catch (error) {
    return showForm(call, { record: null, form, problems: problemsOf(error) });
  }
}

/** `GET /<path>/:id/edit`: the record's form. */
export async function showEditForm(call: EntityCall): Promise<PageAnswer> {
  const record = await readRecord(call);
  return showForm(call, { record, form: formValuesOf(writableFields(call.entity), record, call.env) });
}

/** `POST /<path>/:id/edit`: saves, or shows the form again with what is wrong, what somebody else changed meanwhile, or once with records that look the same. */
export async function takeEditForm(call: EntityCall): Promise<PageAnswer> {
  const { entity, t } = call;
  const record = await readRecord(call);
  const { form, problems: unsent } = formWithFiles(call, writableFields(entity));
  const changed = changeEntries(form);
  if (changed !== null) return showForm(call, { record, form: changed, problems: unsent });
  const { values, problems: unread } = readForm(fieldsOfForm(writableFields(entity), form), form, reading(call));
  const problems = [...unsent, ...unread];
  if (problems.length > 0) return showForm(call, { record, form, problems });
  const similar = isOutdated(call, record) ? [] : await unseenSimilar(call, form, record);
  if (similar.length > 0) return showForm(call, { record, form, similar });
  try {
    const saved = await saveRecord(call, values);
    return goTo(addressOf(entity, saved), { text: t('form.saved', { name: titleOf(entity, saved) }) });
  } catch (error) {
    if (isTrellisError(error) && error.kind === 'stale') return showConflict(call, form);
    return showForm(call, { record, form, problems: problemsOf(error) });
  }
}

/** The form keeps what was typed; beside it stands what the record says by now, and saving again overwrites that. */
async function showConflict(call: EntityCall, form: FormData): Promise<PageAnswer> {
  const record = await readRecord(call);
  const fields = writableFields(call.entity);
  const theirs = formValuesOf(fields, record, call.env);
  return showForm(call, {
    record,
    form,
    conflicts: fieldsOfForm(fields, form).filter((field) => differs(field, form, theirs)),
  });
}

async function showForm(call: EntityCall, state: FormState): Promise<PageAnswer> {
  const { labels, entity, render } = call;
  const { definition, path } = entity;
  const { record } = state;
  const title = titleOfForm(call, state);
  const html = render('core:records/form', await formView(call, state, title));
  const page = `${definition.module}.${definition.plural}-form`;
  const blocks = await patchBlocks(call, page, { id: record?.['id'] ?? null }, [{ name: 'form', html }]);
  const above = record === null ? [] : [{ label: titleOf(entity, record), href: addressOf(entity, record) }];
  const breadcrumbs = [
    { label: labels.many(definition), href: `/${path}` },
    ...above,
    { label: record === null ? title : call.t('form.edit') },
  ];
  return showPage({ title, breadcrumbs, blocks }, isRefused(state) ? 422 : 200);
}

function isRefused({ problems = [], conflicts = [], similar = [] }: FormState): boolean {
  return problems.length + conflicts.length + similar.length > 0;
}

function titleOfForm({ t, labels, entity }: EntityCall, { record }: FormState): string {
  if (record === null) return t('form.newTitle', { entity: labels.oneInText(entity.definition) });
  return t('form.editTitle', { name: titleOf(entity, record) });
}

function differs({ path }: EntityField, ours: FormData, theirs: FormData): boolean {
  const names = Object.keys({ ...ours, ...theirs }).filter((name) => name === path || name.startsWith(`${path}.`));
  return names.some((name) => flatten(ours[name]) !== flatten(theirs[name]));
}

/** The hidden "false" beside a box says nothing once the box is ticked. */
function flatten(value: FormData[string]): string {
  const values = typeof value === 'string' ? [value] : (value ?? []);
  return values
    .filter((one) => one !== 'false' && one !== '')
    .toSorted()
    .join('\n');
}
