import type { Problem } from '@trellis-crm/sdk';
import { findField, hasEntries, type EntityField } from '../fields/entity-field.js';
import { fieldControl } from '../fields/field-control.js';
import type { FormData } from '../fields/form-reader.js';
import { formProblems } from '../form/form-problems.js';
import { controlNames, controlSources } from '../form/form-view.js';
import { problemText } from '../form/problem-text.js';
import { writableFields } from '../form/record-form.js';
import type { EntityCall } from '../page-call.js';
import { goTo, showPage, showPart, type PageAnswer } from '../page-endpoint.js';
import { hiddenControls, type Selection } from './selection.js';

/** What is to be done with the records chosen: `update` asks for the field first, `assign` is about the owner. */
export type BulkFormAction = 'update' | 'assign';

/** Back to the list, with a word about what is missing. */
export function nothingChosen({ t, labels, entity, request, render }: EntityCall): PageAnswer {
  const text = t('changes.nothingChosen', { entities: labels.manyInText(entity.definition) });
  if (request.isPartial) return showPart(render('ui-dialog-content', { title: text, isMain: false, body: '' }));
  return goTo(`/${entity.path}`, { text, tone: 'bad' });
}

/** The field a form is about; undefined while it is not chosen, or cannot be changed for many. */
export function fieldFor(call: EntityCall, action: BulkFormAction, path: string): EntityField | undefined {
  if (action === 'assign') return findField(call.entity, 'owner');
  return changeableFields(call).find((field) => field.path === path);
}

/** A form with what it was sent with, and what is wrong. */
export interface BulkForm {
  readonly selection: Selection;
  readonly action: BulkFormAction;
  readonly field: EntityField | undefined;
  readonly form?: FormData;
  readonly problems?: readonly Problem[];
}

/** The form as a page, or as the content of a dialog; anew when something is wrong. */
export async function bulkForm(call: EntityCall, state: BulkForm): Promise<PageAnswer> {
  const { labels, entity, request, render } = call;
  const words = { entities: labels.manyInText(entity.definition) };
  const title = call.t(state.action === 'assign' ? 'changes.assignTitle' : 'changes.editTitle', words);
  const status = state.problems === undefined ? 200 : 422;
  const html = render('core:changes/bulk', { title, isMain: !request.isPartial, ...(await formContext(call, state)) });
  if (request.isPartial) return showPart(html, status);
  const list = { label: labels.many(entity.definition), href: listHref(call, state.selection) };
  return showPage({ title, breadcrumbs: [list, { label: title }], blocks: [{ name: 'bulk', html }] }, status);
}

/** The list that the selection was made on. */
export function listHref({ entity }: EntityCall, { list }: Selection): string {
  return `/${entity.path}${list === '' ? '' : `?${list}`}`;
}

async function formContext(call: EntityCall, state: BulkForm): Promise<object> {
  const { t, entity } = call;
  const { selection, action, field, problems = [], form = {} } = state;
  const fields = field === undefined ? [] : [field];
  const found = formProblems(problems, controlNames(fields, form), problemText(call));
  const sources = await controlSources(call, fields, form, found);
  return {
    action: `/${entity.path}/bulk`,
    bulkAction: action,
    chosen: selection.matching === null ? t('changes.chosen', { count: selection.ids.length }) : t('changes.chosenAll'),
    hidden: hiddenControls(selection),
    cancelHref: listHref(call, selection),
    choice: action === 'assign' ? null : choiceOf(call, field),
    field: field?.path,
    control: field === undefined ? null : fieldControl(field, sources),
    general: found.general,
  };
}

/** Lists are replaced as a whole, which is seldom meant for many records; they stay with the single record. */
function changeableFields({ entity }: EntityCall): readonly EntityField[] {
  return writableFields(entity).filter((field) => !hasEntries(field) && field.path !== 'owner');
}

function choiceOf(call: EntityCall, chosen: EntityField | undefined): object {
  const { t, labels, entity } = call;
  const options = changeableFields(call).map((field) => ({ value: field.path, label: labels.field(entity, field) }));
  return {
    ...{ kind: 'select', name: 'field', id: 'bulk-field', label: t('changes.field'), options },
    ...{ value: chosen?.path ?? '', attrs: { 'data-autosubmit': true } },
    ...(chosen === undefined ? { emptyLabel: '–' } : {}),
  };
}
