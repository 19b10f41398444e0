import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { FieldChange } from '../../records/history.js';

/** What the audit log says that a change set did to a record. */
export interface PastChange {
  readonly entity: string;
  readonly recordId: Id;
  readonly version: number;
  readonly verb: string;
  readonly changes: Readonly<Record<string, FieldChange>>;
  /** Null for what was asked for. */
  readonly cause: string | null;
}

/** What a change set did to one record, from its first change of each field to its last. */
export interface FoldedChange extends Pick<PastChange, 'entity' | 'recordId'> {
  readonly fields: ReadonlyMap<string, FieldChange>;
}

/**
 * Lists the audit rows of a change set in the order in which they are taken back: what was trashed returns in the order in which it
 * went, so that nothing returns before what it belongs to; the rest goes backwards. What was done to new records goes with them.
 * @param isMerge what the winner took of the losers once they were gone, and only one can have, goes before they return
 */
export async function listPastChanges(
  trx: Knex.Transaction,
  { id, changeSet, isMerge }: { readonly id: Id; readonly changeSet: Id; readonly isMerge: boolean },
): Promise<void> {
  await trx.raw(
    `insert into core.change_set_rows (change_set_id, position, item)
     select ?, row_number() over (order by
       case when a.verb = 'trashed' then 1 when ? and a.verb = 'updated' and a.cause is null and a.id > (${lastGone}) then 0 else 2 end,
       case a.verb when 'trashed' then a.id end, a.id desc), a.id
     from core.audit_log a
     where a.change_set = ? and a.verb in ('created', 'updated', 'trashed', 'restored', 'purged')
       and (a.verb <> 'updated' or (${makerOf}) is distinct from ?::uuid)`,
    [id, isMerge, changeSet, changeSet, changeSet],
  );
}

/** Asked once: the statement must not look through the change set for each of its rows, whatever the planner knows of new ones. */
const lastGone = `select t.id from core.audit_log t where t.change_set = ? and t.verb = 'trashed' order by t.id desc limit 1`;

/** The change set that made a record, by the index of the record's own rows. */
const makerOf = `select c.change_set from core.audit_log c where c.record_id = a.record_id and c.verb = 'created' order by c.id limit 1`;

/** Reads audit rows in the order of their ids' list. */
export async function readPastChanges(trx: Knex.Transaction, ids: readonly Id[]): Promise<readonly PastChange[]> {
  const { rows } = await trx.raw<{ rows: PastChange[] }>(
    `select a.entity, a.record_id as "recordId", a.record_version as version, a.verb, a.changes, a.cause
     from unnest(?::uuid[]) with ordinality as wanted(id, place) join core.audit_log a using (id) order by wanted.place`,
    [[...ids]],
  );
  return rows;
}

/** Of records that a change set made or brought back, those that other change sets touched since. */
export async function findTouched(
  trx: Knex.Transaction,
  made: readonly PastChange[],
  changeSets: readonly Id[],
): Promise<ReadonlySet<Id>> {
  const { rows } = await trx.raw<{ rows: { id: Id }[] }>(
    `select distinct made.id from unnest(?::uuid[], ?::integer[]) as made(id, version)
     join core.audit_log a on a.record_id = made.id and a.record_version > made.version
     where a.change_set <> all(?::uuid[])`,
    [made.map(({ recordId }) => recordId), made.map(({ version }) => version), [...changeSets]],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Of some records, those that a change set neither made nor brought back. */
export async function findStrangers(trx: Knex.Transaction, ids: readonly Id[], changeSet: Id): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { id: Id }[] }>(
    `select made.id from unnest(?::uuid[]) as made(id) where not exists (
       select from core.audit_log a where a.record_id = made.id and a.change_set = ? and a.verb in ('created', 'restored'))`,
    [[...ids], changeSet],
  );
  return rows.map(({ id }) => id);
}
