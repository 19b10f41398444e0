import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/**
 * A plugin whose records or fields a change set changed and that does not run now, but has its data still: what belongs to it could not
 * be taken back, and an undo counts once. @param active ids of the modules that run
 */
export async function restingPlugin(
  trx: Knex.Transaction,
  changeSet: Id,
  active: Iterable<string>,
): Promise<string | null> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select p.id from core.plugins p
     where p.state in ('active', 'disabled', 'quarantined') and p.id <> all (?::text[]) and exists (
       select from core.audit_log a where a.change_set = ? and (starts_with(a.entity, p.id || '.') or exists (
         select from jsonb_object_keys(a.changes) path where starts_with(path, p.id || '.'))))
     order by p.id limit 1`,
    [[...active], changeSet],
  );
  return rows[0]?.id ?? null;
}
