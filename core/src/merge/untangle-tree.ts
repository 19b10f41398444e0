import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { selfRefs } from '../records/cycles.js';
import { quoted } from '../records/names.js';
import type { RecordValues } from '../records/parse-input.js';
import type { WriteScope } from '../records/record-scope.js';
import type { MergedRecords } from './merge-values.js';

/**
 * A record that stands below one it takes the place of would stand below itself: it goes up to where the topmost of them hung.
 * @returns refs of the winner that must be others than those it would have
 */
export async function untangleTree(
  scope: WriteScope,
  entity: CompiledEntity,
  { winner, losers }: MergedRecords,
  values: RecordValues,
): Promise<RecordValues> {
  const untangled = new Map<string, unknown>();
  const merged = [winner.id, ...losers.map(({ id }) => id)];
  for (const field of selfRefs(entity)) {
    const parent = values.has(field.path) ? values.get(field.path) : winner[field.name];
    if (typeof parent !== 'string') continue;
    const above = await ancestorsOf(scope, entity, field, parent);
    const last = above.findLastIndex((id) => merged.includes(id));
    if (last !== -1) untangled.set(field.path, above[last + 1] ?? null);
  }
  return untangled;
}

/** A record and those above it, bottom up; a circle, which nobody can make, would end where it began. */
async function ancestorsOf(
  { db }: WriteScope,
  entity: CompiledEntity,
  field: CompiledField,
  from: string,
): Promise<readonly string[]> {
  const table = quoted(entity.schemaName, entity.tableName);
  const result: { readonly rows: readonly { readonly id: string }[] } = await db.raw(
    `with recursive above as (
       select id, ${quoted(field.column)} as parent, 1 as level, array[id] as path from ${table} where id = ?
       union all
       select t.id, t.${quoted(field.column)}, above.level + 1, path || t.id from above join ${table} t on t.id = above.parent
       where t.id <> all(path))
     select id from above order by level`,
    [from],
  );
  return result.rows.map(({ id }) => id);
}
