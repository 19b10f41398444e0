import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { ChangeSet, ChangeSetFailure, ChangeSetProblem, ChangeSetState } from './change-set.js';

/** What a new change set is made of. */
export interface NewChangeSet extends Pick<ChangeSet, 'id' | 'kind' | 'entity' | 'actor' | 'state'> {
  readonly input?: ChangeSet['input'];
  readonly undoOf?: Id;
  readonly createdAt: Date;
}

/**
 * Notes a change set, in the transaction that begins it. Whoever makes one without a job gives the state `running` and ends it with
 * {@link finishChangeSet}, in the same transaction when there is but one.
 */
export async function noteChangeSet(knex: Knex, set: NewChangeSet): Promise<void> {
  const { id, kind, entity, actor, state, input = {}, undoOf = null, createdAt } = set;
  const createdBy = actor.kind === 'user' ? actor.userId : null;
  await knex.raw(
    `insert into core.change_sets (id, kind, entity, input, actor, created_by, state, undo_of, created_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [id, kind, entity, JSON.stringify(input), JSON.stringify(actor), createdBy, state, undoOf, createdAt],
  );
}

/** Ends a change set: counts what the audit log says of it and forgets its list, unless it may go on some day. */
export async function finishChangeSet(
  knex: Knex,
  id: Id,
  end: { readonly state: ChangeSetState; readonly at: Date; readonly failure?: ChangeSetFailure },
): Promise<void> {
  await knex.raw(
    `update core.change_sets set state = ?, finished_at = ?, failure = ?, counts = coalesce((
       select jsonb_object_agg(verb, records)
       from (select verb, count(distinct record_id) as records from core.audit_log where change_set = ? group by verb) by_verb), '{}')
     where id = ?`,
    [end.state, end.at, end.failure === undefined ? null : JSON.stringify(end.failure), id, id],
  );
  if (end.state !== 'failed') await knex.raw('delete from core.change_set_rows where change_set_id = ?', [id]);
}

/** One change set; undefined when there is none. */
export async function findChangeSet(knex: Knex, id: Id): Promise<ChangeSet | undefined> {
  const { rows } = await knex.raw<{ rows: ChangeSet[] }>(`select ${columns} from ${tables} where s.id = ?`, [id]);
  return rows[0];
}

/** The same with its row locked until the end of the transaction. */
export async function lockChangeSet(trx: Knex.Transaction, id: Id): Promise<ChangeSet | undefined> {
  await trx.raw('select from core.change_sets where id = ? for update', [id]);
  return findChangeSet(trx, id);
}

/** Change sets that are not undos, newest first. @param createdBy only those of this user; null: of everybody */
export async function listChangeSets(knex: Knex, createdBy: Id | null, limit: number): Promise<readonly ChangeSet[]> {
  const { rows } = await knex.raw<{ rows: ChangeSet[] }>(
    `select ${columns} from ${tables} where s.undo_of is null and (s.created_by = ? or ?::uuid is null) order by s.id desc limit ?`,
    [createdBy, createdBy, limit],
  );
  return rows;
}

const tables = 'core.change_sets s left join core.change_sets u on u.undo_of = s.id';
const columns = `s.id, s.kind, s.entity, s.input, s.actor, s.state, s.row_count as "rowCount", s.rows_done as "rowsDone", s.counts,
  s.problem_count as "problemCount", s.failure, s.undo_of as "undoOf", s.created_at as "createdAt", s.finished_at as "finishedAt",
  case when u.id is null then null else jsonb_build_object('id', u.id, 'state', u.state) end as undo`;

/** Puts a change set that stopped back into the queue, to go on where it stands. */
export async function requeueChangeSet(trx: Knex.Transaction, id: Id): Promise<void> {
  await trx.raw(`update core.change_sets set state = 'queued', failure = null, finished_at = null where id = ?`, [id]);
}

/** Goes on with a change set that is not worked off by a list: it is open again, and cannot be taken back meanwhile. */
export async function reopenChangeSet(trx: Knex.Transaction, id: Id): Promise<void> {
  await trx.raw(`update core.change_sets set state = 'running', failure = null, finished_at = null where id = ?`, [id]);
}

/** Says how many rows a list has and that somebody works it off. */
export async function startRows(trx: Knex.Transaction, id: Id): Promise<void> {
  await trx.raw(
    `update core.change_sets set state = 'running',
       row_count = coalesce(row_count, (select count(*) from core.change_set_rows where change_set_id = ?)) where id = ?`,
    [id, id],
  );
}

/** Items of a list behind a position, in order. */
export async function rowsBehind(trx: Knex.Transaction, id: Id, position: number, limit: number): Promise<Id[]> {
  const { rows } = await trx.raw<{ rows: { item: Id }[] }>(
    'select item from core.change_set_rows where change_set_id = ? and position > ? order by position limit ?',
    [id, position, limit],
  );
  return rows.map(({ item }) => item);
}

/** Moves a list forward and keeps what was left out. */
export async function advance(
  trx: Knex.Transaction,
  id: Id,
  rows: number,
  problems: readonly ChangeSetProblem[],
): Promise<void> {
  await trx.raw(
    'update core.change_sets set rows_done = rows_done + ?, problem_count = problem_count + ? where id = ?',
    [rows, problems.length, id],
  );
  if (problems.length === 0) return;
  await trx.raw(
    `insert into core.change_set_problems (change_set_id, entity, record_id, field, code, message)
     select ?, entity, "recordId", field, code, message
     from jsonb_to_recordset(?::jsonb) as p(entity text, "recordId" uuid, field text, code text, message text)`,
    [id, JSON.stringify(problems)],
  );
}

/** What was left out, in the order in which it was met. @param behind position to go on behind */
export async function readProblems(
  knex: Knex,
  id: Id,
  { behind, limit }: { readonly behind: string; readonly limit: number },
): Promise<readonly (ChangeSetProblem & { readonly position: string })[]> {
  const { rows } = await knex.raw<{ rows: (ChangeSetProblem & { position: string })[] }>(
    `select position::text, entity, record_id as "recordId", field, code, message from core.change_set_problems
     where change_set_id = ? and position > ? order by position limit ?`,
    [id, behind, limit],
  );
  return rows;
}
