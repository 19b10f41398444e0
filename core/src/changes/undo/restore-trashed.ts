import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { byId, lockRecords, readRecords } from '../../records/get-records.js';
import type { PresentedRecord } from '../../records/present-record.js';
import type { WriteScope } from '../../records/record-scope.js';
import { keepGroups, restoreHeld } from '../../records/restore-records.js';
import { belongingOf, isWithinReach, reachFor } from '../../records/rights.js';
import { allOf, sql } from '../../records/sql.js';
import { selectRows } from '../../records/statements/select-rows.js';
import type { Group } from '../../records/trash-sets.js';
import type { ChangeSetProblem } from '../change-set.js';
import type { ChangeUnit } from '../engine/row-work.js';
import type { PastChange } from './past-change.js';
import { leftOut } from './undo-problems.js';

/** Takes out of the trash what a change set put there; what has returned since is left as it is. */
export async function restoreTrashed(
  unit: ChangeUnit,
  past: readonly (PastChange & { readonly compiled: CompiledEntity })[],
  changeSet: Id,
): Promise<readonly ChangeSetProblem[]> {
  const [first] = past;
  if (first === undefined) return [];
  return unit.within(first.compiled, async (scope) => {
    const groups: Group[] = [];
    const problems: ChangeSetProblem[] = [];
    for (const [entity, changes] of Map.groupBy(past, ({ compiled }) => compiled)) {
      const found = await findTrashed(scope, entity, changes, changeSet);
      groups.push({ entity, records: found.records });
      problems.push(...found.problems);
    }
    const asked = new Set(past.flatMap(({ recordId, cause }) => (cause === null ? [recordId] : [])));
    await restoreHeld(scope, groups, asked);
    await keepGroups(scope, groups);
    return problems;
  });
}

interface Found {
  readonly records: readonly PresentedRecord[];
  readonly problems: readonly ChangeSetProblem[];
}

/** Rights are asked about what was asked for; the rest comes along as it went. */
async function findTrashed(
  scope: WriteScope,
  entity: CompiledEntity,
  changes: readonly PastChange[],
  changeSet: Id,
): Promise<Found> {
  const ids = changes.map(({ recordId }) => recordId);
  const condition = allOf([sql('r."deleted_at" is not null'), sql('r."deleted_with" = ?::uuid', [changeSet])]);
  await lockRecords(scope, entity, ids, { condition, isDeletion: true });
  const records = new Map((await readRecords(scope, entity, ids, { condition })).map((record) => [record.id, record]));
  const returned = await returnedOf(
    scope,
    entity,
    ids.filter((id) => !records.has(id)),
  );
  const problems: ChangeSetProblem[] = [];
  const fine: PresentedRecord[] = [];
  for (const change of changes) {
    const record = records.get(change.recordId);
    const code = record === undefined ? 'not_found' : refusalOf(scope, entity, record, change);
    if (returned.has(change.recordId)) continue;
    if (code !== null) problems.push(leftOut(change, code));
    else if (record !== undefined) fine.push(record);
  }
  return { records: fine, problems };
}

function refusalOf(
  scope: WriteScope,
  entity: CompiledEntity,
  record: PresentedRecord,
  { cause }: PastChange,
): 'not_found' | 'forbidden' | null {
  if (cause !== null) return null;
  const belonging = belongingOf(record);
  if (!isWithinReach(scope.identity, reachFor(scope, entity, 'read'), belonging)) return 'not_found';
  return isWithinReach(scope.identity, reachFor(scope, entity, 'delete'), belonging) ? null : 'forbidden';
}

async function returnedOf(scope: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<ReadonlySet<Id>> {
  if (ids.length === 0) return new Set();
  const conditions = [byId(ids), sql('r."deleted_at" is null')];
  const rows = await selectRows(scope, entity, { columns: ['r."id"'], conditions });
  return new Set(rows.map(([id]) => String(id)));
}
