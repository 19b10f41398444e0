import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Move } from './move-references.js';

/** A table of core that says something about a record by `entity` and `record_id`, beside the record itself. */
interface FactTable {
  readonly name: string;
  /** What else a fact leads to, and without which it is gone; null for nothing. */
  readonly leadsTo: { readonly column: string; readonly table: string } | null;
}

const user = { column: 'user_id', table: 'core.users' };

const factTables: readonly FactTable[] = [
  { name: 'core.external_ids', leadsTo: null },
  { name: 'core.recent_records', leadsTo: user },
  { name: 'core.timeline_pins', leadsTo: { column: 'activity_id', table: 'core.activities' } },
  { name: 'core.followers', leadsTo: user },
  { name: 'core.record_tags', leadsTo: { column: 'tag_id', table: 'core.tags' } },
];

/** Lets what stands about the losers stand about the winner, and keeps what moved, so that an undo finds it. What the winner has already is not doubled. */
export async function moveFacts(trx: Knex.Transaction, changeSet: Id, { entity, losers, winner }: Move): Promise<void> {
  for (const { name: table } of factTables)
    await trx.raw(
      `with taken as (delete from ${table} where entity = ? and record_id = any(?::uuid[]) returning *),
       moved as (
         insert into ${table}
         select (jsonb_populate_record(null::${table}, to_jsonb(taken) || jsonb_build_object('record_id', ?::text))).* from taken
         on conflict do nothing returning *)
       insert into core.merge_facts (change_set_id, table_name, fact, is_moved)
       select ?, ?, to_jsonb(taken), exists (
         select from moved where to_jsonb(moved) - 'record_id' = to_jsonb(taken) - 'record_id') from taken`,
      [entity, [...losers], winner, changeSet, table],
    );
}

/** A merge that was taken back. */
export interface UnmadeMerge {
  readonly changeSet: Id;
  /** The change set that took it back. */
  readonly undo: Id;
  readonly entity: string;
  /** Records that have by now what moved, see {@link holdersOf}. */
  readonly holders: readonly Id[];
}

/** The winner of a merge, and the records that it became since. */
export async function holdersOf(trx: Knex.Transaction, changeSet: Id): Promise<readonly Id[]> {
  const { rows } = await trx.raw<{ rows: { readonly id: Id }[] }>(
    `with recursive winners as (
       select entity, into_id as id from core.merged_records where change_set_id = ?
       union
       select m.entity, m.into_id from winners w join core.merged_records m on m.entity = w.entity and m.record_id = w.id)
     select id from winners`,
    [changeSet],
  );
  return rows.map(({ id }) => id);
}

/** Gives the losers that came back what stood about them; what it led to and is there no more is left out. */
export async function putBackFacts(trx: Knex.Transaction, { changeSet, undo, ...held }: UnmadeMerge): Promise<void> {
  for (const { name: table, leadsTo } of factTables) {
    const given = `f.change_set_id = ? and f.table_name = ? and exists (
      select from core.audit_log r
      where r.change_set = ? and r.verb = 'restored' and r.record_id = (f.fact ->> 'record_id')::uuid)`;
    const bindings = [changeSet, table, undo];
    await trx.raw(
      `delete from ${table} t using core.merge_facts f
       where ${given} and f.is_moved and t.entity = ? and t.record_id = any(?::uuid[])
         and to_jsonb(t) - 'record_id' = f.fact - 'record_id'`,
      [...bindings, held.entity, [...held.holders]],
    );
    const isWhole =
      leadsTo === null
        ? 'true'
        : `exists (select from ${leadsTo.table} o where o.id = (f.fact ->> '${leadsTo.column}')::uuid)`;
    await trx.raw(
      `insert into ${table} select (jsonb_populate_record(null::${table}, f.fact)).* from core.merge_facts f
       where ${given} and ${isWhole} on conflict do nothing`,
      bindings,
    );
  }
}

/** What moved with a merge needs no keeping once an undo is over. */
export async function forgetFacts(trx: Knex.Transaction, changeSet: Id): Promise<void> {
  await trx.raw('delete from core.merge_facts where change_set_id = ?', [changeSet]);
}
