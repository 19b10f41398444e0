import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** Takes the tags off records that are deleted for good. */
export async function forgetTags(trx: Knex.Transaction, entity: string, ids: readonly Id[]): Promise<void> {
  await trx('core.record_tags')
    .where({ entity })
    .whereIn('record_id', [...ids])
    .delete();
}
