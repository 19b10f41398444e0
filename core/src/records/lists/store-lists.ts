import type { Knex } from 'knex';
import type { CompiledEntity } from '../compiled-entity.js';
import { quoted } from '../names.js';
import { storedForm } from '../statements/json-record.js';
import { textLiteral } from '../sql.js';

/** Name of the job of core. */
export const storeListsJob = 'store-lists';

const setSize = 1000;

/**
 * Stores the entries of lists in records that were written by other declarations or past the record layer, set by set in transactions of
 * their own. It changes no version: what is answered stays the same, and comes faster.
 * @returns number of records by entity
 */
export async function storeLists(knex: Knex, entities: Iterable<CompiledEntity>): Promise<ReadonlyMap<string, number>> {
  const done = new Map<string, number>();
  for (const entity of entities) {
    if (entity.storedLists.length > 0) done.set(entity.definition.id, await storeListsOf(knex, entity));
  }
  return done;
}

async function storeListsOf(knex: Knex, entity: CompiledEntity): Promise<number> {
  let count = 0;
  let last: string | undefined;
  do {
    const ids = await knex.transaction((trx) => storeSet(trx, entity, last));
    count += ids.length;
    last = ids.at(-1);
  } while (last !== undefined);
  return count;
}

/** Locks first: the second statement then sees entries as they are and no write can come between. What is locked by others waits for the next run. */
async function storeSet(trx: Knex.Transaction, entity: CompiledEntity, after: string | undefined): Promise<string[]> {
  const table = quoted(entity.schemaName, entity.tableName);
  const lists = entity.storedLists;
  const isMissing = lists.map(({ key }) => `r.lists->${textLiteral(key)} is null`).join(' or ');
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select r.id from ${table} r where (${isMissing}) ${after === undefined ? '' : 'and r.id > ?::uuid'}
     order by r.id limit ${setSize} for no key update skip locked`,
    after === undefined ? [] : [after],
  );
  const ids = rows.map(({ id }) => id);
  const entries = lists.map(({ list, key }) => `${textLiteral(key)}, ${storedForm(list)}`).join(', ');
  if (ids.length > 0)
    await trx.raw(`update ${table} r set lists = jsonb_build_object(${entries}) where r.id = any(?::uuid[])`, [ids]);
  return ids;
}
