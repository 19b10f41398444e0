import { ConflictError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { byId } from '../../records/get-records.js';
import type { WriteScope } from '../../records/record-scope.js';
import { sql } from '../../records/sql.js';
import { selectRows } from '../../records/statements/select-rows.js';
import { trashHeld } from '../../records/trash-records.js';
import type { ChangeSetProblem } from '../change-set.js';
import { admitRecords } from '../engine/admit-records.js';
import type { ChangeUnit } from '../engine/row-work.js';
import { findStrangers, findTouched, type PastChange } from './past-change.js';
import { leftOut } from './undo-problems.js';

/**
 * Puts into the trash what a change set made or brought back, unless somebody has worked on it since: what others changed, and what
 * others hung on it, stays.
 */
export async function trashMade(
  unit: ChangeUnit,
  entity: CompiledEntity,
  made: readonly PastChange[],
  { undone, undo }: { readonly undone: Id; readonly undo: Id },
): Promise<readonly ChangeSetProblem[]> {
  if (made.length === 0) return [];
  return unit.within(entity, async (scope) => {
    const ids = made.map(({ recordId }) => recordId);
    const { admitted, problems } = await admitRecords(scope, entity, ids, 'delete');
    const missing = problems.flatMap(({ recordId, code }) => (code === 'not_found' ? [recordId] : []));
    const gone = await trashedOf(scope, entity, missing);
    const touched = await findTouched(unit.trx, made, [undone, undo]);
    const going = admitted.filter(({ id }) => !touched.has(id)).map(({ id }) => id);
    const asked = new Set(going);
    await trashHeld(scope, entity, going, async ({ trashed }) => {
      const along = [...trashed.values()].flatMap((all) => [...all]).filter((id) => !asked.has(id));
      const strangers = await findStrangers(unit.trx, along, undone);
      if (strangers.length > 0) throw new ConflictError('has_dependents', { count: strangers.length });
    });
    return [
      ...problems.filter(({ recordId }) => !gone.has(recordId)),
      ...made.filter(({ recordId }) => touched.has(recordId)).map((change) => leftOut(change, 'changed_since')),
    ];
  });
}

/** What is in the trash already is where it belongs. */
async function trashedOf(scope: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<ReadonlySet<Id>> {
  if (ids.length === 0) return new Set();
  const conditions = [byId(ids), sql('r."deleted_at" is not null')];
  const rows = await selectRows(scope, entity, { columns: ['r."id"'], conditions });
  return new Set(rows.map(([id]) => String(id)));
}
