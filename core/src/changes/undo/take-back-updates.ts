import { isDeepStrictEqual } from 'node:util';
import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from '../../records/compiled-entity.js';
import { lockRecords, readRecords } from '../../records/get-records.js';
import type { FieldChange } from '../../records/history.js';
import { valuesOf, type PresentedRecord } from '../../records/present-record.js';
import type { WriteScope } from '../../records/record-scope.js';
import { mayWriteField } from '../../records/rights.js';
import { sql } from '../../records/sql.js';
import { hasTags, tagsPath } from '../../records/tags/tag.js';
import { updateParsed, writeConsequences } from '../../records/update-records.js';
import type { ChangeSetProblem } from '../change-set.js';
import { admitRecords } from '../engine/admit-records.js';
import type { ChangeUnit } from '../engine/row-work.js';
import { findUnfit } from '../../records/find-unfit.js';
import type { FoldedChange, PastChange } from './past-change.js';
import { takeBackTags } from './take-back-tags.js';
import { leftOut } from './undo-problems.js';
import { withoutLostFiles, type Plan } from './without-lost-files.js';

/** Gives fields back the values they had, where they still have those that the change set gave them. */
export async function takeBackUpdates(
  unit: ChangeUnit,
  entity: CompiledEntity,
  past: readonly PastChange[],
): Promise<readonly ChangeSetProblem[]> {
  if (past.length === 0) return [];
  const [asked, followed] = [past.filter(isAskedFor), past.filter((change) => !isAskedFor(change))];
  return unit.within(entity, async (scope) => [
    ...(await takeBackAsked(scope, entity, foldChanges(asked))),
    ...(await takeBackFollowed(scope, entity, foldChanges(followed))),
  ]);
}

function isAskedFor({ cause }: PastChange): boolean {
  return cause === null;
}

/** @param past newest first */
function foldChanges(past: readonly PastChange[]): ReadonlyMap<Id, FoldedChange> {
  const folded = new Map<Id, FoldedChange>();
  for (const { entity, recordId, changes } of past) {
    const fields = new Map(folded.get(recordId)?.fields);
    for (const [path, { from, to }] of Object.entries(changes)) {
      const later = fields.get(path);
      fields.set(path, { from: from ?? null, to: later === undefined ? (to ?? null) : later.to });
    }
    folded.set(recordId, { entity, recordId, fields });
  }
  return folded;
}

async function takeBackAsked(
  scope: WriteScope,
  entity: CompiledEntity,
  folded: ReadonlyMap<Id, FoldedChange>,
): Promise<readonly ChangeSetProblem[]> {
  if (folded.size === 0) return [];
  const { admitted, problems } = await admitRecords(scope, entity, [...folded.keys()], 'update');
  const mayWrite = (field: CompiledField): boolean => mayWriteField(scope, field, entity);
  const wanted = admitted.map((record) => planFor(entity, record, folded.get(record.id), mayWrite));
  const plans = await withoutLostFiles(scope.db, entity, wanted);
  const patches = new Map(
    plans.filter(({ patch }) => patch.size > 0).map(({ id, patch }) => [id, { values: patch, prefix: '' }]),
  );
  const updates = [...patches.keys()].map((id) => ({ id }));
  await updateParsed(scope, entity, updates, patches);
  const tagProblems = await takeBackTags(scope, entity, admitted, folded);
  return [...problems, ...plans.flatMap((plan) => plan.problems), ...tagProblems];
}

/** Whether a field may be written. */
type FieldRights = (field: CompiledField) => boolean;

function planFor(
  entity: CompiledEntity,
  record: PresentedRecord,
  change: FoldedChange | undefined,
  mayWrite: FieldRights,
): Plan {
  const values = valuesOf(entity.fieldList, record);
  const patch = new Map<string, unknown>();
  const problems: ChangeSetProblem[] = [];
  if (change === undefined) return { id: record.id, patch, problems };
  for (const [path, { from, to }] of fieldsIn(entity, change)) {
    const current = values.get(path) ?? null;
    if (isDeepStrictEqual(current, from)) continue;
    const problem = problemWith(entity.fields.get(path), isDeepStrictEqual(current, to), mayWrite);
    if (problem === null) patch.set(path, from);
    else problems.push(leftOut(change, problem, problem === 'forbidden' ? null : path));
  }
  // The team follows the owner.
  if (patch.has('owner')) patch.delete('team');
  return { id: record.id, patch, problems };
}

/** Tags are no field. */
function fieldsIn(entity: CompiledEntity, { fields }: FoldedChange): readonly (readonly [string, FieldChange])[] {
  return hasTags(entity) ? [...fields].filter(([path]) => path !== tagsPath) : [...fields];
}

function problemWith(
  field: CompiledField | undefined,
  isAsLeft: boolean,
  mayWrite: FieldRights,
): 'field_absent' | 'forbidden' | 'changed_since' | null {
  if (field === undefined) return 'field_absent';
  if (!mayWrite(field)) return 'forbidden';
  return isAsLeft ? null : 'changed_since';
}

/** What followed from other changes, as a ref that was cleared, comes back without rights of its own, as it went. */
async function takeBackFollowed(
  scope: WriteScope,
  entity: CompiledEntity,
  folded: ReadonlyMap<Id, FoldedChange>,
): Promise<readonly ChangeSetProblem[]> {
  if (folded.size === 0) return [];
  const ids = [...folded.keys()];
  const condition = sql('r."deleted_at" is null');
  await lockRecords(scope, entity, ids, { condition });
  const records = await readRecords(scope, entity, ids, { condition });
  const plans = records.map((record) => planFor(entity, record, folded.get(record.id), () => true));
  const unfit = await findUnfit(scope, entity, plans);
  const patches = new Map(plans.filter(({ id }) => !unfit.has(id)).map(({ id, patch }) => [id, patch]));
  await writeConsequences(scope, entity, records, {
    cause: 'undo',
    patchOf: (_, { id }) => patches.get(id) ?? new Map<string, unknown>(),
  });
  const problemsOf = (id: Id): ChangeSetProblem[] => {
    const change = folded.get(id);
    return unfit.has(id) && change !== undefined ? [leftOut(change, 'reference_in_trash')] : [];
  };
  return [...plans.flatMap(({ problems }) => problems), ...ids.flatMap(problemsOf)];
}
