import type { Id } from '@trellis-crm/sdk';
import { forgetFacts, holdersOf, putBackFacts } from '../../merge/move-facts.js';
import { lockRecords, readRecords } from '../../records/get-records.js';
import type { WriteScope } from '../../records/record-scope.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { belongingOf, isWithinReach, reachFor } from '../../records/rights.js';
import { sql } from '../../records/sql.js';
import type { ChangeSet } from '../change-set.js';
import { advance } from '../change-set-store.js';
import type { ChangeUnit } from '../engine/row-work.js';
import { leftOut } from './undo-problems.js';

/**
 * Gives what stood about the losers of a merge, as their tags and keys of other systems, back to those that came back. It is taken off the
 * record that has it now, in the trash or not: that is a change of it, for which its rights are asked.
 */
export async function giveFactsBack(unit: ChangeUnit, { id: undo, entity }: ChangeSet, changeSet: Id): Promise<void> {
  const compiled = unit.generation.entities.get(entity);
  const holders = await holdersOf(unit.trx, changeSet);
  const [winner] = holders;
  if (compiled !== undefined && winner !== undefined) {
    const mayTake = await unit.within(compiled, (scope) => mayChange(scope, compiled, holders));
    if (mayTake) await putBackFacts(unit.trx, { changeSet, undo, entity, holders });
    else await advance(unit.trx, undo, 0, [leftOut({ entity, recordId: winner }, 'facts_out_of_reach')]);
  }
  await forgetFacts(unit.trx, changeSet);
}

async function mayChange(scope: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<boolean> {
  const condition = sql('true');
  await lockRecords(scope, entity, ids, { condition });
  const records = await readRecords(scope, entity, ids, { condition });
  const reach = reachFor(scope, entity, 'update');
  return records.every((record) => isWithinReach(scope.identity, reach, belongingOf(record)));
}
