import { basename } from 'node:path';
import { StartError } from '@trellis-crm/config';
import { loadUserIdentity, operatorIdentity, Roles, type Identity } from '../../auth/index.js';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { Imports } from '../../imports/index.js';
import type { CliContext } from '../cli-context.js';
import { planImport, type ImportOptions, type PlannedFile } from './import-plan.js';
import { writeRefused } from './import-refused.js';
import { reportLines, toReport, type FileReport } from './import-report.js';

/** Imports files one after the other and reports each; sets the exit code when rows were kept out. */
export async function importFiles(
  cli: CliContext,
  workspace: OpenWorkspace,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const identity = await identityOf(workspace, options.as);
  const planned = await planImport(workspace, identity, files, options);
  for (const { fileName, failure } of await workspace.container.resolve(Imports).endInterrupted())
    cli.output.note(`${fileName}: ${failure?.message ?? ''}`);
  const reports: FileReport[] = [];
  for (const file of planned) {
    const report = await importFile(cli, workspace, identity, file);
    reports.push(report);
    if (!cli.output.isJson) cli.output.result(report.json, () => reportLines(report));
    if (options.refused !== undefined) await writeRefused(workspace, report, options.refused, planned.length > 1);
  }
  if (cli.output.isJson)
    cli.output.result(
      reports.map(({ json }) => json),
      () => [],
    );
  endWith(reports);
}

/** Goes on with an import that was interrupted, as whoever began it. */
export async function resumeImport(
  cli: CliContext,
  workspace: OpenWorkspace,
  id: string,
  { refused }: ImportOptions,
): Promise<void> {
  const imports = workspace.container.resolve(Imports);
  const { fileName } = await imports.get(id, operatorIdentity(workspace.info())).catch((error: unknown) => {
    throw noSuchImport(id, error);
  });
  const report = await runAccepted(cli, imports, id, fileName);
  cli.output.result(report.json, () => reportLines(report));
  if (refused !== undefined) await writeRefused(workspace, report, refused, false);
  endWith([report]);
}

function noSuchImport(id: string, cause: unknown): StartError {
  const fix = 'name the import that was interrupted; GET /api/v1/imports lists them';
  return new StartError(`The import ${id} cannot be resumed`, { reason: 'there is none', fix, exitCode: 2, cause });
}

function endWith(reports: readonly FileReport[]): void {
  if (reports.some(({ record }) => record.totals.refused > 0 || record.state !== 'done')) process.exitCode = 1;
}

/** Whose rights an import has: those of a user, or all. */
export function identityOf(workspace: OpenWorkspace, email: string | undefined): Promise<Identity> | Identity {
  const place = workspace.info();
  if (email === undefined) return operatorIdentity(place);
  const parts = { knex: workspace.database.work, roles: workspace.container.resolve(Roles), place };
  return loadUserIdentity(parts, workspace.generation(), { email });
}

const problemsRead = 100_000;

async function importFile(
  cli: CliContext,
  workspace: OpenWorkspace,
  identity: Identity,
  file: PlannedFile,
): Promise<FileReport> {
  const imports = workspace.container.resolve(Imports);
  const accepted = await imports.accept(file.request, identity);
  return runAccepted(cli, imports, accepted.id, file.path);
}

async function runAccepted(cli: CliContext, imports: Imports, id: string, path: string): Promise<FileReport> {
  const bar = cli.output.progress(basename(path));
  const record = await imports.run(id, {
    onProgress: ({ rowsDone, rowCount }) => bar.update(rowsDone, rowCount),
  });
  bar.end();
  return toReport(path, record, await imports.problems(record, problemsRead));
}
