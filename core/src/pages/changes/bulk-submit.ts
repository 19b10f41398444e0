import { setTimeout as sleep } from 'node:timers/promises';
import { isTrellisError, NotFoundError } from '@trellis-crm/sdk';
import { ChangeSets, isOver, type ChangeSet } from '../../changes/index.js';
import { callApi } from '../api-client.js';
import { readForm, textOf, type FormData } from '../fields/form-reader.js';
import { problemsOf } from '../form/form-problems.js';
import { formOf } from '../form/plain-form.js';
import { refusalText } from '../form/problem-text.js';
import { reading } from '../form/record-form.js';
import type { EntityCall, PageCall } from '../page-call.js';
import { goTo, type PageAnswer } from '../page-endpoint.js';
import { bulkTagForm, tagChangeIn } from './bulk-tags.js';
import { bulkForm, fieldFor, listHref, nothingChosen, type BulkForm } from './bulk-form.js';
import { bulkTarget, isNothing, selectionIn, type Selection } from './selection.js';

/** `POST /<path>/bulk`: asks what chosen records are to get, and has them changed; few are done when the next page shows, more have a page that tells how far it is. */
export async function takeBulkForm(call: EntityCall): Promise<PageAnswer> {
  const form = formOf(call);
  const selection = selectionIn(form);
  if (isNothing(selection)) return nothingChosen(call);
  const asked = textOf(form, 'action');
  if (asked === 'tag') return takeTags(call, selection, form);
  if (asked === 'delete' || asked === 'restore') return begin(call, selection, { action: asked });
  const action = asked === 'assign' ? 'assign' : 'update';
  const field = fieldFor(call, action, textOf(form, 'field'));
  // The list and the choice of a field ask for the form; only the form itself has a value.
  if (field === undefined || textOf(form, '_choose') === '1') return bulkForm(call, { selection, action, field });
  return change(call, { selection, action, field, form });
}

/** The list asks for the form; only the form itself says which tags. */
async function takeTags(call: EntityCall, selection: Selection, form: FormData): Promise<PageAnswer> {
  if (textOf(form, '_choose') === '1') return bulkTagForm(call, selection);
  try {
    return await begin(call, selection, tagChangeIn(form));
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'validation') throw error;
    return bulkTagForm(call, selection, { form, problem: refusalText(call, error) });
  }
}

async function change(call: EntityCall, state: BulkForm & Required<Pick<BulkForm, 'form'>>): Promise<PageAnswer> {
  const fields = state.field === undefined ? [] : [state.field];
  const { values, problems } = readForm(fields, state.form, reading(call));
  if (problems.length > 0) return bulkForm(call, { ...state, problems });
  try {
    return await begin(call, state.selection, { action: 'update', set: withoutExtras(values) });
  } catch (error) {
    if (!isTrellisError(error) || error.kind !== 'validation') throw error;
    return bulkForm(call, { ...state, problems: problemsOf(error) });
  }
}

/** In JSON the fields of plugins stand side by side with the entity's own. */
function withoutExtras(values: object): object {
  const { extras = {}, ...own } = values as { readonly extras?: object };
  return { ...own, ...extras };
}

async function begin(call: EntityCall, selection: Selection, change: object): Promise<PageAnswer> {
  const { entity } = call;
  const body = { ...change, ...bulkTarget(selection) };
  const { body: answer } = await callApi(call, 'POST', `/${entity.path}/bulk`, { body });
  const { id } = (answer as { readonly data: { readonly id: string } }).data;
  const set = await settled(call, id);
  if (!isOver(set) || set.problemCount > 0) return goTo(`/change-sets/${id}`);
  const isRestored = set.kind === 'bulk-restore';
  return goTo(isRestored ? `/${entity.path}/trash` : listHref(call, selection), doneFlash(call, set));
}

const toasts: Readonly<Partial<Record<string, string>>> = {
  'bulk-delete': 'changes.toastDeleted',
  'bulk-restore': 'changes.toastRestored',
};

function doneFlash({ t }: PageCall, { id, kind, rowsDone }: ChangeSet): { text: string; undoAction: string } {
  const key = toasts[kind] ?? 'changes.toast';
  return { text: t(key, { count: rowsDone }), undoAction: `/change-sets/${id}/undo` };
}

const patienceMs = 1500;
const lookEveryMs = 60;

/** A change set as it stands after a moment: few records are done by then. */
export async function settled({ workspace, request }: PageCall, id: string): Promise<ChangeSet> {
  const changeSets = workspace.container.resolve(ChangeSets);
  for (let waited = 0; ; waited += lookEveryMs) {
    const set = await changeSets.get(id, request.identity);
    if (isOver(set) || waited >= patienceMs) return set;
    await sleep(lookEveryMs, undefined, { signal: request.signal }).catch(() => undefined);
    if (request.signal.aborted) throw new NotFoundError('change_set_not_found', { id });
  }
}
