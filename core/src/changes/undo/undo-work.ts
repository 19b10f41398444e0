import type { Id } from '@trellis-crm/sdk';
import { mergeKind } from '../../merge/merge-kind.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { ChangeSet, ChangeSetProblem } from '../change-set.js';
import type { ChangeUnit, RowWork } from '../engine/row-work.js';
import { listPastChanges, readPastChanges, type PastChange } from './past-change.js';
import { restoreTrashed } from './restore-trashed.js';
import { takeBackUpdates } from './take-back-updates.js';
import { trashMade } from './trash-made.js';
import { giveFactsBack } from './give-facts-back.js';
import { forgetKeys } from './forget-keys.js';
import { leftOut } from './undo-problems.js';

/** Kind of the change sets that take others back. */
export const undoKind = 'undo';

/** Takes back what a change set did, as its undoer and within the change set of the undo. Rows are audit rows of what is undone. */
export const undoWork: RowWork = {
  list: ({ trx }, set) =>
    listPastChanges(trx, { id: set.id, changeSet: undoneBy(set), isMerge: set.input['kind'] === mergeKind }),
  apply: async (unit, set, items) => takeBack(unit, set, await readPastChanges(unit.trx, items)),
  async subject({ trx }, _, item) {
    const [change] = await readPastChanges(trx, [item]);
    return { entity: change?.entity ?? '', recordId: change?.recordId ?? item };
  },
  async finish(unit, set) {
    await giveFactsBack(unit, set, undoneBy(set));
    await forgetKeys(unit.trx, undoneBy(set), set.id);
  },
};

function undoneBy({ undoOf, id }: ChangeSet): Id {
  if (undoOf === null) throw new Error(`change set ${id} takes nothing back`);
  return undoOf;
}

async function takeBack(
  unit: ChangeUnit,
  set: ChangeSet,
  past: readonly PastChange[],
): Promise<readonly ChangeSetProblem[]> {
  const undone = undoneBy(set);
  const compiled = (change: PastChange): CompiledEntity | undefined => unit.generation.entities.get(change.entity);
  const problems: ChangeSetProblem[] = past
    .filter((change) => compiled(change) === undefined)
    .map((change) => leftOut(change, 'entity_absent'));
  const known = past.flatMap((change) => {
    const entity = compiled(change);
    return entity === undefined ? [] : [{ ...change, compiled: entity }];
  });
  const isTrashed = ({ verb }: PastChange): boolean => verb === 'trashed';
  const first = known.slice(0, Math.max(0, known.findIndex(isTrashed)));
  for (const [entity, changes] of Map.groupBy(first, ({ compiled: one }) => one))
    problems.push(...(await takeBackUpdates(unit, entity, changes)));
  problems.push(...(await restoreTrashed(unit, known.filter(isTrashed), undone)));
  for (const [entity, changes] of Map.groupBy(known.slice(first.length), ({ compiled: one }) => one)) {
    const of = (...verbs: readonly string[]) => changes.filter(({ verb }) => verbs.includes(verb));
    problems.push(...(await takeBackUpdates(unit, entity, of('updated'))));
    problems.push(...(await trashMade(unit, entity, of('created', 'restored'), { undone, undo: set.id })));
    problems.push(...of('purged').map((change) => leftOut(change, 'purged')));
  }
  return problems;
}
