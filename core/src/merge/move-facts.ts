import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Move } from './move-references.js';

/** Tables of core that say something about a record by `entity` and `record_id`, beside the record itself. */
const factTables = [
  'core.external_ids',
  'core.recent_records',
  'core.timeline_pins',
  'core.followers',
  'core.record_tags',
] as const;

/** Lets what stands about the losers stand about the winner, and keeps what moved, so that an undo finds it. What the winner has already is not doubled. */
export async function moveFacts(trx: Knex.Transaction, changeSet: Id, { entity, losers, winner }: Move): Promise<void> {
  for (const table of factTables)
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

/** Puts back what moved with a merge that was undone: from its winner, or from the record that the winner became since. */
export async function putBackFacts(trx: Knex.Transaction, changeSet: Id): Promise<void> {
  for (const table of factTables) {
    await trx.raw(
      `with recursive winners as (
         select entity, into_id as id from core.merged_records where change_set_id = ?
         union
         select m.entity, m.into_id from winners w join core.merged_records m on m.entity = w.entity and m.record_id = w.id)
       delete from ${table} t using core.merge_facts f, winners w
       where f.change_set_id = ? and f.table_name = ? and f.is_moved and t.entity = w.entity and t.record_id = w.id
         and to_jsonb(t) - 'record_id' = f.fact - 'record_id'`,
      [changeSet, changeSet, table],
    );
    await trx.raw(
      `insert into ${table} select (jsonb_populate_record(null::${table}, f.fact)).* from core.merge_facts f
       where f.change_set_id = ? and f.table_name = ? on conflict do nothing`,
      [changeSet, table],
    );
  }
  await trx.raw('delete from core.merge_facts where change_set_id = ?', [changeSet]);
}
