import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { CompiledEntity } from './compiled-entity.js';
import { linkFields, linkIdColumn } from './links.js';
import { quoted } from './names.js';

/**
 * Takes links to records that are deleted for good out of all records, and forgets the kept answers that hold them. No version grows:
 * what a link led to is gone, and the record that held it says nothing else.
 */
export async function forgetLinks(
  trx: Knex.Transaction,
  entities: Iterable<CompiledEntity>,
  target: string,
  ids: readonly Id[],
): Promise<void> {
  for (const { entity, field } of linkFields(entities)) {
    if (field.list === null) continue;
    const { schemaName, tableName, ownerColumn } = field.list;
    await trx.raw(
      `with gone as (
         delete from ${quoted(schemaName, tableName)} where "entity" = ? and "${linkIdColumn}" = any(?::uuid[])
         returning ${quoted(ownerColumn)} as id
       )
       update ${quoted(entity.schemaName, entity.tableName)} r set kept = null
       where r.kept is not null and r.id in (select id from gone)`,
      [target, [...ids]],
    );
  }
}
