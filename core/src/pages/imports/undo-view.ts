import { isTrellisError } from '@trellis-crm/sdk';
import { ChangeSets, type ChangeSet } from '../../changes/index.js';
import { isImportOver, type ImportRecord } from '../../imports/index.js';
import type { PageCall } from '../page-call.js';

/** The undo of an import, as it stands; null when nobody takes it back. */
export async function undoOf({ workspace, request }: PageCall, record: ImportRecord): Promise<ChangeSet | null> {
  if (record.isDryRun || record.startedAt === null) return null;
  const sets = workspace.container.resolve(ChangeSets);
  const made = await sets.get(record.changeSetId, request.identity).catch(absent);
  const undo = made?.undo ?? null;
  return undo === null ? null : sets.get(undo.id, request.identity);
}

/** An import of before there were change sets has none. */
function absent(error: unknown): null {
  if (isTrellisError(error) && error.status === 404) return null;
  throw error;
}

/** What the page of an import says about taking it back: the button, how far it is, or what came of it. */
export function undoView(call: PageCall, record: ImportRecord, undo: ChangeSet | null): object {
  const undoAction = `/imports/${record.id}/undo`;
  if (undo === null) return hasWritten(record) ? { undoAction } : {};
  if (undo.state === 'failed') return { undoAction, undoFailed: call.t('imports.undoFailed') };
  return undo.state === 'done' ? undoneView(call, undo) : undoingView(call, undo);
}

function hasWritten(record: ImportRecord): boolean {
  const { totals, isDryRun } = record;
  return !isDryRun && isImportOver(record) && totals.created + totals.changed > 0;
}

function undoingView({ t }: PageCall, { rowsDone, rowCount }: ChangeSet): object {
  return { isUndoing: true, undoing: { label: t('imports.undoing'), value: rowsDone, max: rowCount ?? 1 } };
}

function undoneView({ t, env, request }: PageCall, { id, counts, problemCount }: ChangeSet): object {
  const number = (count: number): string => request.generation.views.formatters.number(env, count);
  const taken = (counts['trashed'] ?? 0) + (counts['updated'] ?? 0);
  const undone = t('imports.undone', { count: taken, number: number(taken) });
  if (problemCount === 0) return { undone };
  const kept = t('imports.undoKept', { count: problemCount, number: number(problemCount) });
  return { undone, kept, keptHref: `/api/v1/change-sets/${id}/skipped.csv?labels=true` };
}
