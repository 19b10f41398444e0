import { Readable } from 'node:stream';
import { ValidationError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { storedActorOf, type Identity, type StoredActor } from '../auth/index.js';
import { uuidV7 } from '../database/uuid-v7.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { QueryScope } from '../records/record-scope.js';
import { toLocalInput } from '../pages/fields/zoned-time.js';
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
  /** Somebody with the rights they have now. @throws NotFoundError `user_not_found` when they may not sign in any more */
  actorNow(actor: StoredActor): Promise<Identity>;
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
  parts: ExportParts,
  scope: QueryScope,
  entity: CompiledEntity,
  { parameters, labels = () => plainLabels, onRows }: ExportRequest,
): Promise<ExportedFile> {
  const { knex, clock } = parts;
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
  const course = new ExportCourse(parts, id, (rowsDone) => onRows?.(rowsDone, rowCount));
  if (query.format === 'xlsx' && rowCount >= mostSheetRows) {
    await course.end('broken-off');
    throw new ValidationError('too_many_rows', { rowCount, most: mostSheetRows - 1 });
  }
  const { timeZone } = scope.identity;
  const columns = columnsFor(query, labels, timeZone);
  const rows = readRows({ id, entity, scope, fields: query.fields, columns, ...parts, actor: started.actor });
  const body = bodyOf(query, columns, course.count(rows), clock.now());
  // A body that nobody begins to read runs none of what stands behind it.
  body.once('close', () => void course.end('broken-off').catch(() => undefined));
  const today = toLocalInput(clock.now().toISOString(), timeZone).slice(0, 10);
  return { ...nameAndType(entity, query, today), body, rowCount };
}

/** Cells of a spreadsheet have no zone, so it tells times in that of whoever exports, as what is made for people does. */
function columnsFor({ fields, format, hasLabels }: ExportQuery, labels: () => ExportLabels, zone: string): Columns {
  const isForPeople = hasLabels || format === 'xlsx';
  return columnsOf(fields, { labels: hasLabels ? labels() : plainLabels, timeZone: isForPeople ? zone : null });
}

type Columns = ReturnType<typeof columnsOf>;

/** One's own exports, or everybody's for administrators of jobs; newest first. */
export function exportsOf({ knex }: ExportParts, identity: Identity): Promise<readonly ExportRecord[]> {
  const seesAll = identity.reach('core.job:administer') !== null;
  return listExports(knex, seesAll ? null : (identity.userId ?? noUser), 100);
}

/** No user has it. */
const noUser: Id = '00000000-0000-0000-0000-000000000000';

function bodyOf(
  { format, hasBom }: ExportQuery,
  columns: Columns,
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
  today: string,
): Pick<ExportedFile, 'name' | 'type'> {
  const name = `${definition.plural.replaceAll('_', '-')}-${today}.${format}`;
  return { name, type: types[format] };
}

/** How far an export is, and how it ends: once, and if that cannot be noted the clean-up does. */
class ExportCourse {
  #sent = 0;
  #ended: Promise<void> | undefined;

  constructor(
    private readonly parts: ExportParts,
    private readonly id: Id,
    private readonly onRows: (rowsDone: number) => void,
  ) {}

  /** Counts the rows that leave. */
  async *count(pages: AsyncIterable<readonly (readonly string[])[]>): AsyncGenerator<readonly (readonly string[])[]> {
    let state: ExportRecord['state'] = 'broken-off';
    try {
      for await (const page of pages) {
        this.#sent += page.length;
        this.onRows(this.#sent);
        yield page;
      }
      state = 'done';
    } finally {
      await this.end(state);
    }
  }

  end(state: ExportRecord['state']): Promise<void> {
    const { knex, clock } = this.parts;
    return (this.#ended ??= endExport(knex, this.id, { state, rowsSent: this.#sent, at: clock.now() }));
  }
}
