import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { runPrepared, unprepared } from '../../database/prepared.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { bindingsOf, numbered, sql, type Sql } from '../../records/sql.js';
import { fromClause } from '../../records/statements/source.js';

/** Lists records by id, in the order given. */
export async function listIds(trx: Knex.Transaction, changeSet: Id, ids: readonly Id[]): Promise<void> {
  await trx.raw(
    `insert into core.change_set_rows (change_set_id, position, item)
     select ?, place, item from unnest(?::uuid[]) with ordinality as wanted(item, place)`,
    [changeSet, [...ids]],
  );
}

/** Lists the records that fulfil a condition, in one statement. */
export async function listMatching(
  trx: Knex.Transaction,
  changeSet: Id,
  entity: CompiledEntity,
  condition: Sql,
): Promise<void> {
  const pieces = [sql('?::uuid', [changeSet]), condition];
  const [id = '', where = ''] = numbered(pieces);
  const text = `insert into core.change_set_rows (change_set_id, position, item)
    select ${id}, row_number() over (order by r."id"), r."id" ${fromClause(entity, condition.plugins)} where ${where}`;
  await runPrepared(trx, unprepared(text), bindingsOf(pieces));
}
