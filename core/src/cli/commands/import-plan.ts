import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { StartError } from '@trellis-crm/config';
import { isTrellisError } from '@trellis-crm/sdk';
import type { Identity } from '../../auth/index.js';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import {
  delimiters,
  fileAtPath,
  Imports,
  inImportOrder,
  parseMapping,
  withoutUndefined,
  type ImportMapping,
  type ImportRequest,
} from '../../imports/index.js';

/** Options of `trellis import`. */
export interface ImportOptions {
  readonly mapping?: string;
  readonly entity?: string;
  readonly map?: readonly string[];
  readonly match?: string;
  readonly source?: string;
  readonly sheet?: string;
  /** As it was typed. */
  readonly headerRow?: string;
  readonly only?: string;
  readonly encoding?: string;
  /** `tab` for a tab. */
  readonly delimiter?: string;
  /** Id of a mapping that somebody saved. */
  readonly savedMapping?: string;
  readonly dryRun?: boolean;
  readonly refused?: string;
  readonly as?: string;
  /** Id of an import to go on with, instead of files. */
  readonly resume?: string;
  /** Id of an import to take back, instead of files. */
  readonly undo?: string;
  /** Id of an import to stop, instead of files. */
  readonly stop?: string;
}

/** A file that can be imported. */
export interface PlannedFile {
  readonly path: string;
  readonly request: ImportRequest;
  readonly mapping: ImportMapping;
}

/** Reads and checks all files before the first one is imported. @throws StartError naming the file that is refused */
export async function planImport(
  workspace: OpenWorkspace,
  identity: Identity,
  paths: readonly string[],
  options: ImportOptions,
): Promise<readonly PlannedFile[]> {
  if (paths.length === 0) {
    const fix = 'name a CSV file, or go on with an import that was interrupted: --resume <import>';
    throw new StartError('There is nothing to import', { reason: 'no file is named', fix, exitCode: 2 });
  }
  const imports = workspace.container.resolve(Imports);
  const files: PlannedFile[] = [];
  for (const path of paths) files.push(await refusing(path, () => plan(imports, identity, path, options)));
  return inImportOrder(files, workspace.generation());
}

async function plan(imports: Imports, identity: Identity, path: string, options: ImportOptions): Promise<PlannedFile> {
  const given = await mappingFor(imports, identity, path, options);
  const request: ImportRequest = {
    file: await fileAtPath(basename(path), path),
    isDryRun: options.dryRun ?? false,
    ...(given === undefined ? guessOptions(options) : { mapping: given }),
    ...withoutUndefined({
      ...{ sheet: options.sheet, encoding: options.encoding, delimiter: delimiterOf(options) },
      headerRow: options.headerRow === undefined ? undefined : rowNumber(options.headerRow),
    }),
  };
  const mapping = await imports.check(request, identity);
  return { path, request, mapping };
}

function rowNumber(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  const fix = 'name the row that has the names of the columns, as the spreadsheet counts it';
  throw new StartError(`--header-row ${text} cannot be understood`, { reason: 'it is no number of a row', fix });
}

function guessOptions({ entity, map, match, source, only }: ImportOptions): Partial<ImportRequest> {
  const mode = only === 'create' || only === 'update' ? only : undefined;
  const columns = map === undefined ? undefined : Object.fromEntries(map.map(columnAndField));
  return withoutUndefined({ entity, match, source, mode, map: columns });
}

function columnAndField(text: string): [string, string] {
  const at = text.lastIndexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new StartError(`--map ${text} cannot be understood`, {
    reason: 'there is no "=" in it',
    fix: 'write --map "Column name=field"',
  });
}

function delimiterOf({ delimiter }: ImportOptions): ImportRequest['delimiter'] {
  return delimiters.find((known) => known === (delimiter === 'tab' ? '\t' : delimiter));
}

function mappingFor(
  imports: Imports,
  identity: Identity,
  path: string,
  options: ImportOptions,
): Promise<ImportMapping | undefined> {
  const { savedMapping: id } = options;
  return id === undefined ? readMapping(path, options) : imports.kept.mappingFor(id, identity);
}

/** The mapping named, else the one beside the file unless the command line says what the rows are. */
async function readMapping(path: string, { mapping, entity }: ImportOptions): Promise<ImportMapping | undefined> {
  if (mapping !== undefined) return refusing(mapping, async () => parseMapping(await readFile(mapping, 'utf8')));
  if (entity !== undefined) return undefined;
  const beside = path.replace(/\.(?:csv|txt|tsv|xlsx|vcf)$/i, '.mapping.json');
  if (beside === path) return undefined;
  return refusing(beside, async () => {
    const text = await readFile(beside, 'utf8').catch(absent);
    return text === undefined ? undefined : parseMapping(text);
  });
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}

async function refusing<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === null) throw error;
    const fix = 'correct that and run the command again; nothing was imported';
    throw new StartError(`${path} cannot be imported`, { reason, fix, exitCode: 2, cause: error });
  }
}

function reasonOf(error: unknown): string | null {
  if (isTrellisError(error)) {
    const problems = error.errors.filter(({ message }) => message !== error.message);
    return [error.message, ...problems.map(({ pointer, message }) => `${pointer} ${message}`)].join('\n');
  }
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return null;
  return error.code === 'ENOENT' ? 'there is no such file' : error.message;
}
