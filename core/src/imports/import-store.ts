import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { noTotals } from './engine/chunk-result.js';
import type { ImportFailure, ImportRecord } from './import-record.js';
import { isUnmarked } from './running-mark.js';

/** What a new import is made of. */
export type NewImport = Pick<
  ImportRecord,
  | 'id'
  | 'entity'
  | 'fileName'
  | 'sizeBytes'
  | 'delimiter'
  | 'header'
  | 'mapping'
  | 'isDryRun'
  | 'rowCount'
  | 'actor'
  | 'changeSetId'
  | 'createdAt'
>;

/** Stores an import and its text, to be run later. */
export async function insertImport(knex: Knex, record: NewImport, text: Buffer): Promise<void> {
  await knex.raw(
    `insert into core.imports (id, entity, file_name, size_bytes, delimiter, header, mapping, is_dry_run, row_count, actor, created_by, change_set_id, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      record.id,
      record.entity,
      record.fileName,
      record.sizeBytes,
      record.delimiter,
      [...record.header],
      JSON.stringify(record.mapping),
      record.isDryRun,
      record.rowCount,
      JSON.stringify(record.actor),
      record.actor.kind === 'user' ? record.actor.userId : null,
      record.changeSetId,
      record.createdAt,
    ],
  );
  for (const [position, piece] of piecesOf(text).entries()) {
    await knex.raw('insert into core.import_files (import_id, position, text) values (?, ?, ?)', [
      record.id,
      position,
      piece,
    ]);
  }
}

/** One import, if it is there. */
export async function findImport(knex: Knex, id: Id): Promise<ImportRecord | undefined> {
  const { rows } = await knex.raw<{ rows: ImportRow[] }>(`select ${columns} from core.imports where id = ?`, [id]);
  return rows[0] === undefined ? undefined : recordOf(rows[0]);
}

/** Imports, newest first. @param createdBy only those of a user; of everybody when null */
export async function listImports(knex: Knex, createdBy: Id | null, limit: number): Promise<readonly ImportRecord[]> {
  const { rows } = await knex.raw<{ rows: ImportRow[] }>(
    `select ${columns} from core.imports where created_by = ? or ?::uuid is null order by id desc limit ?`,
    [createdBy, createdBy, limit],
  );
  return rows.map(recordOf);
}

/** Text of an import's file, in pieces. */
export async function* readFileText(knex: Knex, id: Id): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += 1) {
    const { rows } = await knex.raw<{ rows: { text: Buffer }[] }>(
      'select text from core.import_files where import_id = ? and position = ?',
      [id, position],
    );
    if (rows[0] === undefined) return;
    yield rows[0].text;
  }
}

/** Ended only because its job was given up or its process died. */
const isStopped = `i.failure ->> 'code' in ('gave_up', 'interrupted')`;

/** Not ended, or stopped: somebody tries again. */
const isStartable = `(i.state in ('queued', 'running') or ${isStopped})`;

/** Puts an import that stopped back among those to be run. @returns whether it was there to be put back */
export async function requeueImport(trx: Knex.Transaction, id: Id): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update core.imports i set state = 'queued', failure = null, finished_at = null where id = ? and ${isStopped}`,
    [id],
  );
  return rowCount === 1;
}

/** Begins or goes on. A dry run always begins anew: what it had planned was in memory only. */
export async function startImport(knex: Knex, id: Id, now: Date): Promise<ImportRecord | undefined> {
  return knex.transaction(async (trx) => {
    await trx.raw(
      `delete from core.import_problems p using core.imports i where i.id = p.import_id and i.id = ? and i.is_dry_run and ${isStartable}`,
      [id],
    );
    await trx.raw(
      `update core.imports i
       set state = 'running', failure = null, finished_at = null, started_at = coalesce(started_at, ?),
           rows_done = case when is_dry_run then 0 else rows_done end,
           totals = case when is_dry_run then '{}' else totals end
       where id = ? and ${isStartable}`,
      [now, id],
    );
    return findImport(trx, id);
  });
}

/** Imports under way that no process works on and no job will take up, locked: those of commands that were killed. */
export async function interruptedImports(trx: Knex.Transaction): Promise<readonly ImportRecord[]> {
  const { rows } = await trx.raw<{ rows: ImportRow[] }>(
    `select ${columns} from core.imports i
     where state = 'running' and ${isUnmarked} and not exists (select from core.job_progress p where p.id = i.id)
     order by id for update skip locked`,
  );
  return rows.map(recordOf);
}

/** Marks an import as ended. */
export async function finishImport(knex: Knex, id: Id, now: Date, failure: ImportFailure | null): Promise<void> {
  await knex.raw('update core.imports set state = ?, failure = ?, finished_at = ? where id = ?', [
    failure === null ? 'done' : 'failed',
    failure === null ? null : JSON.stringify(failure),
    now,
    id,
  ]);
}

/** Removes imports that ended before a moment, files and problems included; their records stay. @returns how many */
export async function purgeImports(knex: Knex, endedBefore: Date): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>('delete from core.imports where finished_at < ?', [
    endedBefore,
  ]);
  return rowCount;
}

const pieceBytes = 256 * 1024;

function piecesOf(text: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(text.length / pieceBytes));
  return Array.from({ length: count }, (_, index) => text.subarray(index * pieceBytes, (index + 1) * pieceBytes));
}

type ImportRow = Omit<ImportRecord, 'totals'> & { readonly totals: Partial<ImportRecord['totals']> };

const columns = `id, entity, file_name as "fileName", size_bytes as "sizeBytes", delimiter, header, mapping, is_dry_run as "isDryRun", state,
  row_count as "rowCount", rows_done as "rowsDone", totals, failure, actor, change_set_id as "changeSetId", created_at as "createdAt",
  started_at as "startedAt", finished_at as "finishedAt"`;

function recordOf(row: ImportRow): ImportRecord {
  return { ...row, totals: { ...noTotals, ...row.totals } };
}
