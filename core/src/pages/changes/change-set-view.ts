import type { ChangeSet, ChangeSetProblem } from '../../changes/index.js';
import { isOver, isUndoable } from '../../changes/index.js';
import type { Tone } from '../fields/option-tone.js';
import { fieldName, leftOutText } from '../exports/reason-texts.js';
import type { RecordNames } from '../fields/record-names.js';
import { problemText } from '../form/problem-text.js';
import type { PageCall } from '../page-call.js';

const knownKinds: ReadonlySet<string> = new Set([
  'bulk-update',
  'bulk-delete',
  'bulk-restore',
  'bulk-tag',
  'bulk-untag',
  'import',
  'merge',
  'undo',
]);

/** What a change set did, in a few words. */
export function changeTitle({ t, labels, request }: PageCall, { kind, entity }: ChangeSet): string {
  const definition = request.generation.entities.get(entity)?.definition;
  const entities = definition === undefined ? entity : labels.many(definition);
  return t(`changes.kind.${knownKinds.has(kind) ? kind : 'other'}`, { entities });
}

/** One change set in the list of them. */
export function changeRow(call: PageCall, set: ChangeSet): object {
  const { t, env, request } = call;
  const { formatters } = request.generation.views;
  const counts = Object.entries(set.counts).map(
    ([verb, count]) => `${t(`changes.${verb}`)} ${formatters.number(env, count)}`,
  );
  const isUndone = set.undo?.state === 'done';
  return {
    title: changeTitle(call, set),
    href: `/change-sets/${set.id}`,
    note: [formatters.timeAgo(env, set.createdAt), ...counts].join(' · '),
    tag: isUndone ? { label: t('changes.undone'), tone: 'info' } : stateTag(call, set),
  };
}

function stateTag({ t }: PageCall, set: ChangeSet): { label: string; tone: Tone } {
  if (!isOver(set)) return { label: t('changes.running'), tone: 'info' };
  return { label: t(headlineKey(set)), tone: toneOf(set) };
}

function headlineKey({ state, problemCount, undo }: ChangeSet): string {
  if (undo?.state === 'done') return 'changes.undone';
  if (state === 'failed') return 'changes.failed';
  if (state === 'cancelled') return 'changes.cancelled';
  return problemCount > 0 ? 'changes.donePartly' : 'changes.doneAll';
}

function toneOf({ state, problemCount }: ChangeSet): Tone {
  if (state === 'failed') return 'bad';
  return problemCount > 0 || state === 'cancelled' ? 'warn' : 'ok';
}

/** Context of `core:changes/outcome` beside the problems. */
export function outcomeView(call: PageCall, set: ChangeSet): object {
  const { t } = call;
  const { id, rowCount, rowsDone, failure } = set;
  const isRunning = !isOver(set);
  return {
    isRunning,
    src: `/change-sets/${id}`,
    topic: `job:${id}`,
    trigger: `live:job:${id} from:document, every 5s`,
    progressLabel: t('changes.running'),
    progressNote:
      rowCount === null ? t('changes.starting') : t('changes.progress', { done: rowsDone, total: rowCount }),
    ...(rowCount === null ? {} : { done: rowsDone, total: rowCount }),
    cancelAction: isRunning ? cancelHref(set) : undefined,
    headline: t(headlineKey(set)),
    tone: toneOf(set),
    failure: failure === null ? undefined : (problemText(call)(failure) ?? failure.message),
    figures: figures(call, set),
    ...nextSteps(call, set),
  };
}

/** An import stops with its file. */
function cancelHref({ id, input }: ChangeSet): string {
  const { importId } = input;
  return typeof importId === 'string' ? `/imports/${importId}/cancellation` : `/change-sets/${id}/cancellation`;
}

function figures({ t, env, request }: PageCall, { counts, problemCount }: ChangeSet): object[] {
  const figure = (key: string, count: number): object => ({
    label: t(`changes.${key}`),
    value: request.generation.views.formatters.number(env, count),
    ...(key === 'skipped' && count > 0 ? { tone: 'warn' } : {}),
  });
  const verbs = ['created', 'updated', 'trashed', 'restored'].filter((verb) => (counts[verb] ?? 0) > 0);
  return [...verbs.map((verb) => figure(verb, counts[verb] ?? 0)), figure('skipped', problemCount)];
}

function nextSteps({ t, labels, request }: PageCall, set: ChangeSet): object {
  const { id, entity, undo, undoOf, problemCount } = set;
  const known = request.generation.entities.get(entity);
  return {
    undoAction: isUndoable(set) ? `/change-sets/${id}/undo` : undefined,
    undoHref: undo === null ? undefined : `/change-sets/${undo.id}`,
    undoneHref: undoOf === null ? undefined : `/change-sets/${undoOf}`,
    listHref: known === undefined ? undefined : `/${known.path}`,
    listLabel:
      known === undefined ? undefined : t('changes.seeList', { entities: labels.manyInText(known.definition) }),
    skippedHref: problemCount > 0 ? `/api/v1/change-sets/${id}/skipped.csv?labels=true` : undefined,
  };
}

/** A record that was left as it is: by its name for who may read that. */
export function problemRow(call: PageCall, problem: ChangeSetProblem, names: RecordNames): object {
  const { entity, recordId, field } = problem;
  const name = names.titleOf(entity, recordId);
  const path = call.request.generation.entities.get(entity)?.path;
  const reason = leftOutText(call, problem);
  return {
    title: name ?? recordId,
    note: field === null ? reason : `${fieldName(call, entity, field)}: ${reason}`,
    ...(name !== null && path !== undefined ? { href: `/${path}/${recordId}` } : {}),
  };
}
