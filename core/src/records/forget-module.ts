import type { Knex } from 'knex';
import type { CompiledEntity } from './compiled-entity.js';
import { linkFields } from './links.js';
import { quoted } from './names.js';
import { dropSearchTables } from './search/search-tables.js';

/** Tables of core that say something of records, or of a sort of records, by `entity`. What happened (events, audit, change sets, exports) stays. */
const factTables = [
  'core.completeness_weights',
  'core.duplicate_pairs',
  'core.duplicate_runs',
  'core.exception_rules',
  'core.exceptions',
  'core.external_ids',
  'core.followers',
  'core.import_mappings',
  'core.match_keys',
  'core.merged_records',
  'core.notifications',
  'core.recent_records',
  'core.record_tags',
  'core.search_builds',
  'core.timeline_pins',
  'core.view_defaults',
  'core.views',
] as const;

/** Deletes what core's tables say of the records of a module that is deleted for good, and the links that led to them. */
export async function forgetRecordsOfModule(
  trx: Knex.Transaction,
  entities: Iterable<CompiledEntity>,
  module: string,
): Promise<void> {
  const prefix = `${module}.`;
  for (const table of factTables) await trx.raw('delete from ?? where starts_with(entity, ?)', [table, prefix]);
  await dropSearchTables(trx, module);
  // Rules that the module declared are about records of others, too.
  await trx.raw('delete from core.exceptions where starts_with(rule, ?)', [prefix]);
  for (const { entity, field } of linkFields(entities)) {
    if (field.list === null || entity.definition.module === module) continue;
    const { schemaName, tableName, ownerColumn } = field.list;
    await trx.raw(
      `with gone as (
         delete from ${quoted(schemaName, tableName)} where starts_with("entity", ?) returning ${quoted(ownerColumn)} as id
       )
       update ${quoted(entity.schemaName, entity.tableName)} r set kept = null
       where r.kept is not null and r.id in (select id from gone)`,
      [prefix],
    );
  }
}
