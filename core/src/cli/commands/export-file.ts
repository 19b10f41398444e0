import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { StartError } from '@trellis-crm/config';
import type { OpenWorkspace } from '../../composition/open-workspace.js';
import { exportList, exportParts, type ExportedFile } from '../../exports/index.js';
import { recordScope } from '../../records/record-scope.js';
import type { CliContext } from '../cli-context.js';
import { findEntity } from './find-entity.js';
import { identityOf } from './import-files.js';

/** Options of `trellis export`. */
export interface ExportOptions {
  readonly filter?: readonly string[];
  readonly where?: string;
  readonly search?: string;
  readonly sort?: string;
  readonly fields?: string;
  readonly format?: string;
  readonly bom?: boolean;
  readonly out?: string;
  readonly as?: string;
}

/** Exports a list and says how many records it has. @throws StartError, MalformedError `invalid_query`, ForbiddenError */
export async function exportFile(
  cli: CliContext,
  workspace: OpenWorkspace,
  name: string,
  options: ExportOptions,
): Promise<void> {
  const { out } = options;
  const format = options.format ?? (out?.toLowerCase().endsWith('.xlsx') === true ? 'xlsx' : 'csv');
  if (out === undefined && (format === 'xlsx' || cli.output.isJson)) throw noFile(format);
  const generation = workspace.generation();
  const entity = findEntity(generation.entities, name);
  const identity = await identityOf(workspace, options.as);
  const { records } = workspace;
  const scope = recordScope(records.world, records.callOf({ generation, identity, requestId: 'export' }), 'core');
  const bar = cli.output.progress(entity.definition.plural);
  const parameters = parametersOf(options, format);
  const onRows = (rows: number, total: number): void => bar.update(rows, total);
  const file = await exportList(exportParts(workspace), scope, entity, { parameters, onRows });
  await write(file, out).finally(() => bar.end());
  if (out === undefined) return;
  const { id } = entity.definition;
  cli.output.result({ entity: id, file: out, format, rows: file.rowCount }, () => {
    return `${out}: ${file.rowCount.toLocaleString('en')} records of ${id}`;
  });
}

function noFile(format: string): StartError {
  const reason = format === 'xlsx' ? 'a spreadsheet is no text' : 'standard output has the result as JSON';
  return new StartError('There is no place to write to', { reason, fix: 'name a file: --out <file>', exitCode: 2 });
}

/** What is broken off leaves no half of a file behind. */
async function write({ body }: ExportedFile, out: string | undefined): Promise<void> {
  if (out === undefined) return pipeline(body, process.stdout, { end: false });
  try {
    await pipeline(body, createWriteStream(out));
  } catch (error) {
    await rm(out, { force: true });
    throw error;
  }
}

/** The parameters of `GET /api/v1/<path>/export`. */
function parametersOf({ filter = [], ...options }: ExportOptions, format: string): URLSearchParams {
  const { where, search: q, sort, fields } = options;
  const named = Object.entries({ where, q, sort, fields, format, bom: options.bom === true ? 'true' : undefined });
  const given = named.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new URLSearchParams([...filter.map(filterParameter), ...given]);
}

/** `createdAt[gte]=today` is the parameter `filter[createdAt][gte]`. */
function filterParameter(text: string): string[] {
  const [, field, operator = '', value = ''] = /^([\w.-]+)(\[\w+\])?=(.*)$/s.exec(text) ?? [];
  if (field !== undefined) return [`filter[${field}]${operator}`, value];
  const fix = 'write --filter "country=DE" or --filter "createdAt[gte]=this_year"';
  throw new StartError(`--filter ${text} cannot be understood`, { reason: 'it is no condition', fix, exitCode: 2 });
}
