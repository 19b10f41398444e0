import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { ChangeSets } from '../../changes/index.js';
import { Imports } from '../../imports/index.js';
import type { CliContext } from '../cli-context.js';
import { identityOf } from './import-files.js';
import type { ImportOptions } from './import-plan.js';
import { isIncomplete, presentUndo, refusing, takeBack, undoLines } from './undo-change-set.js';

/** Takes an import back, at once and in this process; sets the exit code when something of it stays. */
export async function undoImport(
  cli: CliContext,
  workspace: OpenWorkspace,
  id: string,
  { as }: Pick<ImportOptions, 'as'>,
): Promise<void> {
  const identity = await identityOf(workspace, as);
  const sets = workspace.container.resolve(ChangeSets);
  const fix = 'name an import that is over; GET /api/v1/imports lists them';
  const { fileName, outcome } = await refusing(`The import ${id}`, fix, async () => {
    const record = await workspace.container.resolve(Imports).get(id, identity);
    return { fileName: record.fileName, outcome: await takeBack(sets, record.changeSetId, identity) };
  });
  cli.output.result({ import: id, file: fileName, ...presentUndo(outcome) }, () => undoLines(fileName, outcome));
  if (isIncomplete(outcome)) process.exitCode = 1;
}
