import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from './compiled-entity.js';
import { readRecords } from './get-records.js';
import type { ReadScope } from './record-scope.js';
import { quoted } from './names.js';

/** A record that was merged, and the one that took its place and that the reader may see. */
export interface MergedInto extends Readonly<Record<string, unknown>> {
  readonly id: Id;
  readonly into: Id;
}

/** Of records that were not found, those that were merged into another one that the reader may see. A winner may have become a loser since. */
export async function mergedInto(
  scope: ReadScope,
  entity: CompiledEntity,
  ids: readonly Id[],
): Promise<readonly MergedInto[]> {
  if (ids.length === 0) return [];
  // A pointer holds as long as its merge does; it outlives the record's deletion for good.
  const pointers = `(core.merged_records m left join ${quoted(entity.schemaName, entity.tableName)} gone on gone.id = m.record_id)`;
  const isValid = '(gone.id is null or (gone.deleted_at is not null and gone.deleted_with = m.change_set_id))';
  const result: { readonly rows: readonly MergedInto[] } = await scope.db.raw(
    `with recursive led as (
       select m.record_id as id, m.into_id as "into", 1 as steps from ${pointers}
       where m.entity = ? and m.record_id = any(?::uuid[]) and ${isValid}
       union all
       select led.id, m.into_id, steps + 1 from led join ${pointers} on m.record_id = led."into"
       where m.entity = ? and ${isValid} and steps < 50)
     select distinct on (id) id, "into" from led order by id, steps desc`,
    [entity.definition.id, [...ids], entity.definition.id],
  );
  const winners = await readRecords(
    scope,
    entity,
    result.rows.map(({ into }) => into),
  );
  const visible = new Set(winners.map(({ id }) => id));
  return result.rows.filter(({ into }) => visible.has(into));
}
