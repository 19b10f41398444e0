import type { EntityVerb, Id } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { lockRecords, readRecords } from '../../records/get-records.js';
import type { PresentedRecord } from '../../records/present-record.js';
import type { WriteScope } from '../../records/record-scope.js';
import { belongingOf, isWithinReach, reachFor } from '../../records/rights.js';
import type { ChangeSetProblem } from '../change-set.js';

/** Records of a set that the actor may change, and why not the others. */
export interface Admission {
  readonly admitted: readonly PresentedRecord[];
  readonly problems: readonly ChangeSetProblem[];
}

/** Locks and reads records, and asks the rights about each: what is absent and what is invisible look the same. */
export async function admitRecords(
  scope: WriteScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  verb: EntityVerb,
): Promise<Admission> {
  await lockRecords(scope, entity, ids, { isDeletion: verb === 'delete' });
  return judge(scope, entity, { ids, records: await readRecords(scope, entity, ids), verb });
}

/** What was asked for, and what of it the actor may see. */
export interface Candidates {
  readonly ids: readonly Id[];
  readonly records: readonly PresentedRecord[];
  readonly verb: EntityVerb;
}

/** Parts records that the actor may change from those that are not there and those that are out of reach. */
export function judge(scope: WriteScope, entity: CompiledEntity, { ids, records, verb }: Candidates): Admission {
  const reach = reachFor(scope, entity, verb);
  const found = new Set(records.map(({ id }) => id));
  const isAllowed = (record: PresentedRecord): boolean => isWithinReach(scope.identity, reach, belongingOf(record));
  const note = (recordId: Id, code: string, message: string): ChangeSetProblem => ({
    entity: entity.definition.id,
    recordId,
    field: null,
    code,
    message,
  });
  const absent = ids.filter((id) => !found.has(id));
  const outOfReach = records.filter((record) => !isAllowed(record));
  return {
    admitted: records.filter(isAllowed),
    problems: [
      ...absent.map((id) => note(id, 'not_found', 'The record is not there any more.')),
      ...outOfReach.map(({ id }) => note(id, 'forbidden', 'You may not change this record.')),
    ],
  };
}
