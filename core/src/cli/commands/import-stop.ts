import { StartError } from '@trellis-crm/config';
import { isTrellisError } from '@trellis-crm/sdk';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { Imports, presentImport } from '../../imports/index.js';
import type { CliContext } from '../cli-context.js';
import { identityOf } from './import-files.js';
import type { ImportOptions } from './import-plan.js';

/** Stops an import that waits or is under way, in whatever process; what went in stays. */
export async function stopImport(
  cli: CliContext,
  workspace: OpenWorkspace,
  id: string,
  { as }: Pick<ImportOptions, 'as'>,
): Promise<void> {
  const identity = await identityOf(workspace, as);
  const stopped = await workspace.container
    .resolve(Imports)
    .cancel(id, identity)
    .catch((error: unknown) => {
      throw isTrellisError(error) ? notStopped(id, error) : error;
    });
  const { fileName, rowsDone, rowCount } = stopped;
  cli.output.result(presentImport(stopped), () => [
    `${fileName}: stopped behind row ${rowsDone.toLocaleString('en')} of ${rowCount.toLocaleString('en')}; take it back with: trellis import --undo ${id}`,
  ]);
}

function notStopped(id: string, cause: Error & { readonly code: string }): StartError {
  const reason = cause.code === 'import_not_found' ? 'there is none' : 'it is over';
  const fix = 'name an import that is under way; GET /api/v1/imports lists them';
  return new StartError(`The import ${id} cannot be stopped`, { reason, fix, exitCode: 2, cause });
}
