import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { ExternalIds } from './engine/import-ports.js';

/** External ids of one source, read and written in a transaction. */
export function externalIdsOf(trx: Knex.Transaction, source: string): ExternalIds {
  return {
    async find(entity, keys) {
      const { rows } = await trx.raw<{ rows: { external_id: string; record_id: Id }[] }>(
        'select external_id, record_id from core.external_ids where source = ? and entity = ? and external_id = any(?)',
        [source, entity, [...keys]],
      );
      return new Map(rows.map((row) => [row.external_id, row.record_id]));
    },
    async add(entity, keys) {
      await trx.raw(
        `insert into core.external_ids (source, entity, external_id, record_id)
         select ?, ?, k.key, k.id from unnest(?::text[], ?::uuid[]) as k(key, id)
         on conflict do nothing`,
        [source, entity, [...keys.keys()], [...keys.values()]],
      );
    },
  };
}
