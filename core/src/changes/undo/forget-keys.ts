import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** Keys of other systems lead to records that are there: those of records that an undo put into the trash are given back, so that the same file makes them anew. */
export async function forgetKeys(trx: Knex.Transaction, undone: Id, undo: Id): Promise<void> {
  await trx.raw(
    `delete from core.external_ids k using core.audit_log made, core.audit_log gone
     where made.change_set = ? and made.verb = 'created' and k.record_id = made.record_id
       and gone.change_set = ? and gone.verb = 'trashed' and gone.record_id = made.record_id`,
    [undone, undo],
  );
}
