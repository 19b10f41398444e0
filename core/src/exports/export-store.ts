import { ConflictError, RateLimitError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { StoredActor } from '../auth/index.js';
import { runPrepared, unprepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { orderText } from '../records/sort.js';
import { bindingsOf, numbered, sql } from '../records/sql.js';
import { fromClause, sidesOf } from '../records/statements/source.js';
import type { ExportFormat, ExportQuery } from './export-query.js';

/** One export as it is kept: who took which list along, and how much of it. */
export interface ExportRecord {
  readonly id: Id;
  readonly entity: string;
  readonly format: ExportFormat;
  /** Paths of the columns. */
  readonly fields: readonly string[];
  /** Parameters of the list. */
  readonly query: Readonly<Record<string, string>>;
  readonly actor: StoredActor;
  /** `broken-off`: the reader went away, or the server. */
  readonly state: 'running' | 'done' | 'broken-off';
  readonly rowCount: number;
  readonly rowsSent: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** What is known of an export when it begins. */
export type NewExport = Pick<ExportRecord, 'id' | 'entity' | 'format' | 'fields' | 'query' | 'actor' | 'startedAt'>;

/** Exports that one person may have running at once. */
const mostAtOnce = 3;

/** What reads no page for so long has nobody who waits for it: its process died, or its reader sleeps. */
const aliveSeconds = 300;

/** Looking again this much later is soon enough. */
const retryAfterSeconds = 30;

/**
 * Notes an export and the order of its records. The note comes first, so that two who begin at once see each other; it goes when putting
 * the records in order fails. @returns number of records
 * @throws RateLimitError `too_many_exports`
 */
export async function beginExport(
  knex: Knex,
  entity: CompiledEntity,
  started: NewExport,
  query: Pick<ExportQuery, 'condition' | 'order'>,
): Promise<number> {
  await knex.transaction((trx) => noteExport(trx, started));
  return putInOrder(knex, entity, started.id, query).catch(async (error: unknown) => {
    await knex('core.exports').where({ id: started.id }).delete();
    throw error;
  });
}

/** Counts and notes under a lock of the person. */
async function noteExport(trx: Knex.Transaction, started: NewExport): Promise<void> {
  const { id, format, fields, actor, startedAt } = started;
  const createdBy = actor.kind === 'user' ? actor.userId : null;
  if (createdBy !== null) await assertRoom(trx, createdBy, startedAt);
  await trx.raw(
    `insert into core.exports (id, entity, format, fields, query, actor, created_by, state, started_at)
       values (?, ?, ?, ?, ?, ?, ?, 'running', ?)`,
    [
      id,
      started.entity,
      format,
      [...fields],
      JSON.stringify(started.query),
      JSON.stringify(actor),
      createdBy,
      startedAt,
    ],
  );
}

async function assertRoom(trx: Knex.Transaction, user: Id, now: Date): Promise<void> {
  await trx.raw(`select pg_advisory_xact_lock(hashtextextended('trellis.export ' || ?, 0))`, [user]);
  const { rows } = await trx.raw<{ rows: { n: number }[] }>(
    `select count(*)::integer as n from core.exports where created_by = ? and state = 'running'
       and coalesce(alive_at, started_at) > ?::timestamptz - make_interval(secs => ?)`,
    [user, now, aliveSeconds],
  );
  if ((rows[0]?.n ?? 0) >= mostAtOnce)
    throw new RateLimitError('too_many_exports', { most: mostAtOnce, retryAfterSeconds });
}

function putInOrder(
  knex: Knex,
  entity: CompiledEntity,
  id: Id,
  query: Pick<ExportQuery, 'condition' | 'order'>,
): Promise<number> {
  return knex.transaction(async (trx) => {
    const count = await listRecords(trx, id, entity, query);
    await trx.raw('update core.exports set row_count = ? where id = ?', [count, id]);
    return count;
  });
}

/** Records of a page. */
const pageSize = 1000;

/** @returns how many there are */
async function listRecords(
  trx: Knex.Transaction,
  exportId: Id,
  entity: CompiledEntity,
  { condition, order }: Pick<ExportQuery, 'condition' | 'order'>,
): Promise<number> {
  // Enough to put a million ids in order without a file.
  await trx.raw(`set local work_mem = '64MB'`);
  const pieces = [sql('?::uuid', [exportId]), condition];
  const [id = '', where = ''] = numbered(pieces);
  const sides = [...condition.plugins, ...sidesOf(order.map(({ field }) => field))];
  const text = `with listed as (
      select row_number() over (order by ${orderText(order)}) - 1 as position, r."id" ${fromClause(entity, sides)} where ${where}),
    stored as (
      insert into core.export_pages (export_id, number, record_ids)
      select ${id}, position / ${pageSize}, array_agg(id order by position) from listed group by 2
      returning cardinality(record_ids) as records)
    select coalesce(sum(records), 0)::integer from stored`;
  const [row] = await runPrepared(trx, unprepared(text), bindingsOf(pieces));
  return Number(row?.[0] ?? 0);
}

/**
 * Ids of a page of an export, in their order; none behind the last. Notes that somebody reads it. @param number from 0
 * @throws ConflictError `export_ended`
 */
export async function recordsOfPage(knex: Knex, id: Id, number: number, now: Date): Promise<readonly Id[]> {
  const { rows } = await knex.raw<{ rows: { ids: Id[] | null }[] }>(
    `with alive as (update core.exports set alive_at = ? where id = ? and state = 'running' returning id)
     select p.record_ids as ids from alive left join core.export_pages p on p.export_id = alive.id and p.number = ?`,
    [now, id, number],
  );
  const [row] = rows;
  // What was ended has no pages any more, and half a file must not look like a whole one.
  if (row === undefined) throw new ConflictError('export_ended');
  return row.ids ?? [];
}

/** Ends an export, unless it has ended, and forgets its order. */
export async function endExport(
  knex: Knex,
  id: Id,
  end: Pick<ExportRecord, 'state' | 'rowsSent'> & { readonly at: Date },
): Promise<void> {
  await knex.raw(
    `with ended as (update core.exports set state = ?, rows_sent = ?, finished_at = ? where id = ? and state = 'running')
     delete from core.export_pages where export_id = ?`,
    [end.state, end.rowsSent, end.at, id, id],
  );
}

/** Exports, newest first. @param createdBy only those of this user; null: of everybody */
export async function listExports(knex: Knex, createdBy: Id | null, limit: number): Promise<readonly ExportRecord[]> {
  const { rows } = await knex.raw<{ rows: ExportRecord[] }>(
    `select id, entity, format, fields, query, actor, state, row_count as "rowCount", rows_sent as "rowsSent",
       started_at as "startedAt", finished_at as "finishedAt"
     from core.exports where created_by = ? or ?::uuid is null order by id desc limit ?`,
    [createdBy, createdBy, limit],
  );
  return rows;
}

/** Ends exports whose process is gone: nothing reads them any more. */
export async function endAbandoned(knex: Knex, before: Date, now: Date): Promise<void> {
  await knex.raw(
    `with ended as (update core.exports set state = 'broken-off', finished_at = ? where state = 'running' and started_at < ? returning id)
     delete from core.export_pages p using ended where p.export_id = ended.id`,
    [now, before],
  );
}
