import type { Id } from '@trellis-crm/sdk';
import { prepare, runPrepared } from '../database/prepared.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { readRecords } from '../records/get-records.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField, visibleRecords } from '../records/rights.js';
import { allOf, bindingsOf, numbered } from '../records/sql.js';
import { fromClause } from '../records/statements/source.js';
import type { Generation } from '../kernel/generation.js';
import { incomingRefs, refersTo } from './incoming-refs.js';
import { pathOf, type MovedCount } from './move-references.js';

/**
 * What refers to records that are to be merged, as far as the actor may see it: one statement for all refs.
 * @param ids those that the actor may not see count as if they were not there
 */
export async function previewMerge(
  scope: ReadScope & { readonly generation: Pick<Generation, 'entities'> },
  entity: CompiledEntity,
  ids: readonly Id[],
): Promise<readonly MovedCount[]> {
  const seen = (await readRecords(scope, entity, ids)).map(({ id }) => id);
  const refs = incomingRefs(scope.generation, entity.definition.id).filter((ref) =>
    mayReadField(scope, ref.field, ref.entity),
  );
  if (seen.length === 0 || refs.length === 0) return [];
  const pieces = refs.map((ref) => allOf([refersTo(ref, seen), visibleRecords(scope, ref.entity)]));
  const texts = numbered(pieces);
  const counts = refs.map((ref, place) => {
    const from = fromClause(ref.entity, pieces[place]?.plugins ?? []);
    return `select ${place}, count(*) ${from} where ${texts[place] ?? 'false'}`;
  });
  const rows = await runPrepared(scope.db, prepare(counts.join(' union all ')), bindingsOf(pieces));
  const byPlace = new Map(rows.map(([place, count]) => [Number(place), Number(count)]));
  return refs.flatMap((ref, place) => {
    const count = byPlace.get(place) ?? 0;
    return count === 0 ? [] : [{ entity: ref.entity.definition.id, field: pathOf(ref), count }];
  });
}
