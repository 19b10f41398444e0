import { StartError } from '@trellis-crm/config';
import { isTrellisError, type Id } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/index.js';
import type { ChangeSet, ChangeSetProblem, ChangeSets } from '../../changes/index.js';

/** What an undo did, and the first things that it left as they stand. */
export interface UndoOutcome {
  readonly set: ChangeSet;
  readonly skipped: readonly ChangeSetProblem[];
}

/** Takes a change set back, at once and in this process. @throws NotFoundError, ConflictError */
export async function takeBack(sets: ChangeSets, id: Id, identity: Identity): Promise<UndoOutcome> {
  const undo = await sets.undo(id, identity);
  await sets.run(undo.id);
  const set = await sets.get(undo.id, identity);
  const problems = await sets.problems(set, { behind: '0', limit: problemsShown });
  return { set, skipped: problems.map(({ position: _, ...problem }) => problem) };
}

const problemsShown = 20;

/** An undo as JSON. */
export function presentUndo({ set, skipped }: UndoOutcome): object {
  const { id, state, counts, problemCount, failure } = set;
  return { changeSet: id, state, counts, problemCount, failure, skipped };
}

/** An undo in lines for people. @param name what was taken back */
export function undoLines(name: string, { set, skipped }: UndoOutcome): string[] {
  const { counts, problemCount, failure } = set;
  const number = (count = 0): string => count.toLocaleString('en');
  const hidden = problemCount - skipped.length;
  return [
    `${name}: ${number(counts['trashed'])} records to the trash, ${number(counts['updated'])} given their values back, ${number(problemCount)} left as they stand`,
    ...skipped.map(
      ({ entity, recordId, field, message }) =>
        `  ${entity} ${recordId}${field === null ? '' : `, ${field}`}: ${message}`,
    ),
    ...(hidden > 0 ? [`  … and ${number(hidden)} more`] : []),
    ...(failure === null ? [] : [`  stopped: ${failure.message}`]),
  ];
}

/** Whether something of it stays. */
export function isIncomplete({ set }: UndoOutcome): boolean {
  return set.state !== 'done' || set.problemCount > 0;
}

/** Says of a refusal what to do. @param what `The import 0198…` @param fix where its id is found @throws StartError */
export async function refusing<T>(what: string, fix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    const reason = reasons[error.code] ?? error.message;
    throw new StartError(`${what} cannot be taken back`, { reason, fix, exitCode: 2, cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  import_not_found: 'there is none',
  change_set_not_found: 'there is none',
  change_set_already_undone: 'it was taken back already',
  change_set_not_over: 'it is still running',
  change_set_not_undoable: 'it takes something back itself, or its module does not run',
};
