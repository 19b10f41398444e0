import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { isInQueue } from '../jobs/job-queue.js';
import { noTotals } from './engine/chunk-result.js';
import { closeChangeSet, openChangeSet } from './import-change-set.js';
import { importJob } from './import-job.js';
import type { ImportEnd, ImportRecord } from './import-record.js';
import type { ImportMapping } from './mapping/mapping.js';
import type { ImportPlan } from './plan/import-plan.js';
import { isUnmarked } from './running-mark.js';

/** What a new import is made of. Its rows are counted while its text is kept. */
export type NewImport = Pick<
  ImportRecord,
  | 'id'
  | 'entity'
  | 'fileName'
  | 'sizeBytes'
  | 'format'
  | 'encoding'
  | 'sheet'
  | 'delimiter'
  | 'header'
  | 'mapping'
  | 'plan'
  | 'isDryRun'
  | 'actor'
  | 'changeSetId'
  | 'createdAt'
> & { readonly state: 'draft' | 'queued' };

/** Stores an import, to be run later. */
export async function insertImport(trx: Knex.Transaction, record: NewImport): Promise<void> {
  const { actor, plan, mapping, header } = record;
  await trx('core.imports').insert({
    id: record.id,
    entity: record.entity,
    file_name: record.fileName,
    size_bytes: record.sizeBytes,
    format: record.format,
    encoding: record.encoding,
    sheet: record.sheet,
    delimiter: record.delimiter,
    header: [...header],
    mapping: JSON.stringify(mapping),
    plan: plan === null ? null : JSON.stringify(plan),
    is_dry_run: record.isDryRun,
    state: record.state,
    row_count: 0,
    actor: JSON.stringify(actor),
    created_by: actor.kind === 'user' ? actor.userId : null,
    change_set_id: record.changeSetId,
    created_at: record.createdAt,
  });
}

/** Keeps one piece of an import's text. */
export async function insertPiece(trx: Knex.Transaction, id: Id, position: number, piece: Buffer): Promise<void> {
  await trx.raw('insert into core.import_files (import_id, position, text) values (?, ?, ?)', [id, position, piece]);
}

/** Says how many rows the text of an import has. */
export async function setRowCount(trx: Knex.Transaction, id: Id, rowCount: number): Promise<void> {
  await trx.raw('update core.imports set row_count = ? where id = ?', [rowCount, id]);
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

/** A dry run that nobody runs: it has written nothing, whatever it came to. */
const isChangeable = `is_dry_run and state in ('draft', 'done', 'failed', 'cancelled')`;

/** Gives an import another plan, to be checked anew. @returns whether it was still to be changed */
export async function changePlan(knex: Knex, id: Id, plan: ImportPlan, mapping: ImportMapping): Promise<boolean> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `update core.imports set plan = ?, mapping = ?, state = 'draft', ${begunAnew} where id = ? and ${isChangeable}`,
    [JSON.stringify(plan), JSON.stringify(mapping), id],
  );
  return rowCount === 1;
}

/** Puts an import among those to be checked. @returns whether it was there to be checked */
export async function requeueCheck(trx: Knex.Transaction, id: Id): Promise<boolean> {
  return requeue(trx, id, isChangeable);
}

/** Puts a checked import among those to be run for real. @returns whether it was checked, and not run yet */
export async function requeueForReal(trx: Knex.Transaction, id: Id): Promise<boolean> {
  return requeue(trx, id, `is_dry_run and state = 'done'`, 'is_dry_run = false');
}

const begunAnew = `failure = null, finished_at = null, started_at = null, rows_done = 0, totals = '{}'`;

async function requeue(
  trx: Knex.Transaction,
  id: Id,
  condition: string,
  change = 'is_dry_run = true',
): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update core.imports set state = 'queued', ${begunAnew}, ${change} where id = ? and ${condition}`,
    [id],
  );
  if (rowCount === 1) await trx.raw('delete from core.import_problems where import_id = ?', [id]);
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
    const record = await findImport(trx, id);
    if (record?.state === 'running') await openChangeSet(trx, record, now);
    return record;
  });
}

/** Imports under way that no process works on and no job will take up, locked: those of commands that were killed. */
export async function interruptedImports(trx: Knex.Transaction): Promise<readonly ImportRecord[]> {
  const { rows } = await trx.raw<{ rows: ImportRow[] }>(
    `select ${columns} from core.imports i
     where state = 'running' and ${isUnmarked} and not ${isInQueue(importJob, `'${importJob}:' || i.id`)}
     order by id for update skip locked`,
  );
  return rows.map(recordOf);
}

/** Marks an import as ended, with its change set. @returns whether it was under way or waiting: one that is over stays as it is */
export async function finishImport(
  trx: Knex.Transaction,
  record: Pick<ImportRecord, 'id' | 'changeSetId' | 'isDryRun'>,
  now: Date,
  end: ImportEnd,
): Promise<boolean> {
  const { state, failure } = end;
  const { rowCount } = await trx.raw<{ rowCount: number }>(
    `update core.imports set state = ?, failure = ?, finished_at = ? where id = ? and state in ('queued', 'running')`,
    [state, failure === null ? null : JSON.stringify(failure), now, record.id],
  );
  if (rowCount === 1) await closeChangeSet(trx, record, now, end);
  return rowCount === 1;
}

/** Removes imports that ended before a moment, files and problems included; their records stay. @returns how many */
export async function purgeImports(knex: Knex, endedBefore: Date): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>('delete from core.imports where finished_at < ?', [
    endedBefore,
  ]);
  return rowCount;
}

type ImportRow = Omit<ImportRecord, 'totals'> & { readonly totals: Partial<ImportRecord['totals']> };

const columns = `id, entity, file_name as "fileName", size_bytes as "sizeBytes", format, encoding, sheet, delimiter, header, mapping, plan, is_dry_run as "isDryRun", state,
  row_count as "rowCount", rows_done as "rowsDone", totals, failure, actor, change_set_id as "changeSetId", created_at as "createdAt",
  started_at as "startedAt", finished_at as "finishedAt"`;

function recordOf(row: ImportRow): ImportRecord {
  return { ...row, totals: { ...noTotals, ...row.totals } };
}
