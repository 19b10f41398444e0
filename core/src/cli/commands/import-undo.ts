import { StartError } from '@trellis-crm/config';
import { isTrellisError } from '@trellis-crm/sdk';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { ChangeSets, type ChangeSet, type ChangeSetProblem } from '../../changes/index.js';
import { Imports } from '../../imports/index.js';
import type { CliContext } from '../cli-context.js';
import { identityOf } from './import-files.js';
import type { ImportOptions } from './import-plan.js';

/** Takes an import back, at once and in this process; sets the exit code when something of it stays. */
export async function undoImport(
  cli: CliContext,
  workspace: OpenWorkspace,
  id: string,
  { as }: Pick<ImportOptions, 'as'>,
): Promise<void> {
  const identity = await identityOf(workspace, as);
  const sets = workspace.container.resolve(ChangeSets);
  const { fileName, changeSetId } = await refusing(id, () => workspace.container.resolve(Imports).get(id, identity));
  const undo = await refusing(id, () => sets.undo(changeSetId, identity));
  await sets.run(undo.id);
  const done = await sets.get(undo.id, identity);
  const problems = await sets.problems(done, { behind: '0', limit: problemsShown });
  const skipped = problems.map(({ position: _, ...problem }) => problem);
  const { state, counts, problemCount, failure } = done;
  cli.output.result(
    { import: id, file: fileName, changeSet: undo.id, state, counts, problemCount, failure, skipped },
    () => linesOf(fileName, done, skipped),
  );
  if (state !== 'done' || problemCount > 0) process.exitCode = 1;
}

const problemsShown = 20;

function linesOf(fileName: string, set: ChangeSet, problems: readonly ChangeSetProblem[]): string[] {
  const { counts, problemCount, failure } = set;
  const number = (count = 0): string => count.toLocaleString('en');
  const hidden = problemCount - problems.length;
  return [
    `${fileName}: ${number(counts['trashed'])} records to the trash, ${number(counts['updated'])} given their values back, ${number(problemCount)} left as they stand`,
    ...problems.map(
      ({ entity, recordId, field, message }) =>
        `  ${entity} ${recordId}${field === null ? '' : `, ${field}`}: ${message}`,
    ),
    ...(hidden > 0 ? [`  … and ${number(hidden)} more`] : []),
    ...(failure === null ? [] : [`  stopped: ${failure.message}`]),
  ];
}

async function refusing<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isTrellisError(error)) throw error;
    const reason = reasons[error.code] ?? error.message;
    const fix = 'name an import that is over; GET /api/v1/imports lists them';
    throw new StartError(`The import ${id} cannot be taken back`, { reason, fix, exitCode: 2, cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  import_not_found: 'there is none',
  change_set_not_found: 'it has changed nothing',
  change_set_already_undone: 'it was taken back already',
  change_set_not_over: 'it is still running',
};
