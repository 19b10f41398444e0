import { Readable } from 'node:stream';
import { ValidationError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { storedActorOf, type Identity } from '../auth/index.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { QueryScope } from '../records/record-scope.js';
import { columnsOf, plainLabels, type ExportLabels } from './columns.js';
import { csvFile } from './csv-file.js';
import { parseExportQuery, type ExportFormat, type ExportQuery } from './export-query.js';
import { beginExport, endExport, listExports, type ExportRecord } from './export-store.js';
import { readRows } from './read-rows.js';
import { mostSheetRows, xlsxFile } from './xlsx/xlsx-file.js';

/** What exports need of their workspace. */
export interface ExportParts {
  /** The work pool: to put a list in order may take longer than a request. */
  readonly knex: Knex;
  readonly clock: Clock;
}

/** A file that is written while it is read. */
export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly body: Readable;
  /** Records in it, as far as they stay visible until they are written. */
  readonly rowCount: number;
}

/** What is exported. */
export interface ExportRequest {
  readonly parameters: URLSearchParams;
  /** Names of the pages, for who asks for them. */
  readonly labels?: () => ExportLabels;
  /** Told after each page how many records of how many are read. */
  readonly onRows?: (rowsDone: number, rowCount: number) => void;
}

/**
 * Exports a list with the rights of the scope. Who did so is noted before the first row leaves.
 * @throws ForbiddenError, MalformedError `invalid_query`, RateLimitError `too_many_exports`, ValidationError `too_many_rows`
 */
export async function exportList(
  { knex, clock }: ExportParts,
  scope: QueryScope,
  entity: CompiledEntity,
  { parameters, labels = () => plainLabels, onRows }: ExportRequest,
): Promise<ExportedFile> {
  const query = parseExportQuery(scope, entity, parameters);
  const id = uuidV7();
  const started = {
    id,
    entity: entity.definition.id,
    format: query.format,
    fields: query.fields.map(({ path }) => path),
    query: Object.fromEntries(parameters),
    actor: storedActorOf(scope.identity),
    startedAt: clock.now(),
  };
  const rowCount = await beginExport(knex, entity, started, query);
  const end = (state: ExportRecord['state'], rowsSent: number): Promise<void> =>
    endExport(knex, id, { state, rowsSent, at: clock.now() });
  if (query.format === 'xlsx' && rowCount >= mostSheetRows) {
    await end('broken-off', 0);
    throw new ValidationError('too_many_rows', { rowCount, most: mostSheetRows - 1 });
  }
  const columns = columnsOf(query.fields, query.hasLabels ? labels() : plainLabels);
  const pages = counted(readRows({ id, entity, scope, fields: query.fields, columns, knex, clock }), end, (rowsDone) =>
    onRows?.(rowsDone, rowCount),
  );
  return { ...nameAndType(entity, query, clock.now()), body: bodyOf(query, columns, pages, clock.now()), rowCount };
}

/** One's own exports, or everybody's for administrators of jobs; newest first. */
export function exportsOf({ knex }: ExportParts, identity: Identity): Promise<readonly ExportRecord[]> {
  const seesAll = identity.reach('core.job:administer') !== null;
  return listExports(knex, seesAll ? null : (identity.userId ?? noUser), 100);
}

/** No user has it. */
const noUser: Id = '00000000-0000-0000-0000-000000000000';

function bodyOf(
  { format, hasBom }: ExportQuery,
  columns: ReturnType<typeof columnsOf>,
  pages: AsyncIterable<readonly (readonly string[])[]>,
  now: Date,
): Readable {
  if (format === 'xlsx') return xlsxFile(columns, pages, now);
  return Readable.from(csvFile(columns, pages, { hasBom }), { objectMode: false });
}

const types: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

function nameAndType(
  { definition }: CompiledEntity,
  { format }: ExportQuery,
  now: Date,
): Pick<ExportedFile, 'name' | 'type'> {
  const name = `${definition.plural.replaceAll('_', '-')}-${now.toISOString().slice(0, 10)}.${format}`;
  return { name, type: types[format] };
}

/** Says how many rows left, however it ends. */
async function* counted(
  pages: AsyncIterable<readonly (readonly string[])[]>,
  end: (state: ExportRecord['state'], rowsSent: number) => Promise<void>,
  onRows: (rowsDone: number) => void,
): AsyncGenerator<readonly (readonly string[])[]> {
  let sent = 0;
  let state: ExportRecord['state'] = 'broken-off';
  try {
    for await (const page of pages) {
      sent += page.length;
      onRows(sent);
      yield page;
    }
    state = 'done';
  } finally {
    await end(state, sent);
  }
}
