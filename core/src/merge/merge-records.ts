import { ConflictError, ForbiddenError, recordEvent, ValidationError, type Id, type Problem } from '@trellis-crm/sdk';
import { storedActorOf } from '../auth/index.js';
import { finishChangeSet, noteChangeSet } from '../changes/index.js';
import { appendEvents } from '../events/outbox.js';
import { actorKey } from '../kernel/plugin-identity.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { readableFields } from '../records/field-access.js';
import { lockRecords, notFound, readRecords } from '../records/get-records.js';
import { mergedInto } from '../records/merged-into.js';
import type { RecordValues } from '../records/parse-input.js';
import type { PresentedRecord } from '../records/present-record.js';
import type { RecordScope, WriteScope } from '../records/record-scope.js';
import { belongingOf, isWithinReach, permissionFor, requireReach } from '../records/rights.js';
import { trashHeld } from '../records/trash-records.js';
import { updateParsed } from '../records/update-records.js';
import { mergeKind } from './merge-kind.js';
import { choosableFields, mergedValues, type FieldChoices, type MergedRecords } from './merge-values.js';
import { moveFacts } from './move-facts.js';
import { moveReferences, type Move, type MovedCount } from './move-references.js';
import { untangleTree } from './untangle-tree.js';

/** What somebody asks to be merged. */
export interface MergeRequest {
  readonly winner: Id;
  readonly losers: readonly Id[];
  /** Whose value is taken, by field; see {@link mergedValues} for the others. */
  readonly fields: FieldChoices;
}

/** What became of it. */
export interface MergeOutcome {
  readonly record: PresentedRecord;
  /** Takes it back. */
  readonly changeSet: Id;
  readonly moved: readonly MovedCount[];
}

/** Lets modules move what they hold otherwise, in the transaction. */
export type TellModules = (scope: WriteScope, move: Move) => Promise<void>;

/**
 * Makes one record of several in one transaction: the winner gets the chosen values, everything that refers to the losers refers to it,
 * the losers go to the trash and lead to it from there.
 * @throws NotFoundError, ForbiddenError, ValidationError, ConflictError `already_merged`, and whatever a guard throws
 */
export function mergeRecords(
  scope: RecordScope,
  entity: CompiledEntity,
  request: MergeRequest,
  tellModules: TellModules,
): Promise<MergeOutcome> {
  checkRequest(scope, entity, request);
  return scope.inUnit(async (tx) => {
    const records = await admit(tx, entity, request);
    const values = mergedValues(tx, entity, records, request.fields);
    const move = {
      entity: entity.definition.id,
      losers: records.losers.map(({ id }) => id),
      winner: records.winner.id,
    };
    await noteMerge(tx, move, request);
    const tree = await untangleTree(tx, entity, records, values);
    const moved = await moveReferences(tx, move);
    await moveFacts(tx.unit.trx, tx.unit.changeSetId, move);
    await tellModules(tx, move);
    const [leading, others] = splitLeading(entity, new Map([...values, ...tree]));
    await updateWinner(tx, entity, records.winner, leading);
    await trashHeld(tx, entity, move.losers);
    await keepPointers(tx, move);
    const record = await updateWinner(tx, entity, records.winner, others);
    await tellMerged(tx, entity, records);
    const { unit } = tx;
    await finishChangeSet(unit.trx, unit.changeSetId, { state: 'done', at: tx.clock.now() });
    return { record, changeSet: unit.changeSetId, moved };
  });
}

function checkRequest(scope: RecordScope, entity: CompiledEntity, { winner, losers, fields }: MergeRequest): void {
  const problems: Problem[] = [];
  if (losers.includes(winner) || new Set(losers).size < losers.length)
    problems.push({ pointer: '/losers', code: 'not_distinct', message: 'names a record twice' });
  const known = new Set(choosableFields(scope, entity).map(({ path }) => path));
  for (const [path, id] of Object.entries(fields)) {
    const pointer = `/fields/${path.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!known.has(path)) problems.push({ pointer, code: 'unknown_field', message: 'is not a field' });
    else if (id !== winner && !losers.includes(id))
      problems.push({ pointer, code: 'unknown_reference', message: 'is none of the records' });
  }
  if (problems.length > 0) throw new ValidationError('invalid_merge', {}, { errors: problems });
}

/** Locks and reads the records. Who comes second finds some of them merged already. */
async function admit(tx: WriteScope, entity: CompiledEntity, { winner, losers }: MergeRequest): Promise<MergedRecords> {
  const reaches = { update: requireReach(tx, entity, 'update'), delete: requireReach(tx, entity, 'delete') };
  const ids = [winner, ...losers];
  await lockRecords(tx, entity, ids, { isDeletion: true });
  const found = new Map((await readRecords(tx, entity, ids)).map((record) => [record.id, record]));
  const missing = ids.filter((id) => !found.has(id));
  const [pointer] = await mergedInto(tx, entity, missing);
  if (pointer !== undefined) throw new ConflictError('already_merged', pointer);
  const records = ids.flatMap((id) => found.get(id) ?? []);
  const [first, ...others] = records;
  if (first === undefined || missing.length > 0) throw notFound(entity);
  const allowed = (verb: 'update' | 'delete', record: PresentedRecord): void => {
    if (isWithinReach(tx.identity, reaches[verb], belongingOf(record))) return;
    throw new ForbiddenError('forbidden', { permission: permissionFor(entity, verb) });
  };
  allowed('update', first);
  for (const record of others) allowed('delete', record);
  return { winner: first, losers: others };
}

async function noteMerge({ unit, identity, clock }: WriteScope, move: Move, { fields }: MergeRequest): Promise<void> {
  const { entity, winner, losers } = move;
  await noteChangeSet(unit.trx, {
    id: unit.changeSetId,
    kind: mergeKind,
    entity,
    actor: storedActorOf(identity),
    state: 'running',
    input: { winner, losers, fields },
    createdAt: clock.now(),
  });
}

/** The old addresses lead to the winner as long as the losers are in the trash. */
async function keepPointers({ unit, clock }: WriteScope, { entity, losers, winner }: Move): Promise<void> {
  await unit.trx.raw(
    `insert into core.merged_records (entity, record_id, into_id, change_set_id, merged_at)
     select ?, loser, ?, ?, ? from unnest(?::uuid[]) loser
     on conflict (entity, record_id) do update
       set into_id = excluded.into_id, change_set_id = excluded.change_set_id, merged_at = excluded.merged_at`,
    [entity, winner, unit.changeSetId, clock.now(), [...losers]],
  );
}

/** What leads to records of the same entity must be right before the losers go; what may be unique is free only behind that. */
function splitLeading(entity: CompiledEntity, values: RecordValues): readonly [RecordValues, RecordValues] {
  const isLeading = ([path]: readonly [string, unknown]): boolean => {
    const field = entity.fields.get(path);
    return [field, ...(field?.list?.items ?? [])].some((one) => one?.target === entity.definition.id);
  };
  return [new Map([...values].filter(isLeading)), new Map([...values].filter((one) => !isLeading(one)))];
}

async function updateWinner(
  tx: WriteScope,
  entity: CompiledEntity,
  winner: PresentedRecord,
  values: RecordValues,
): Promise<PresentedRecord> {
  const patches = new Map([[winner.id, { values, prefix: '' }]]);
  const [updated] = values.size === 0 ? [] : await updateParsed(tx, entity, [{ id: winner.id }], patches);
  const [current = winner] = await readRecords(tx, entity, [winner.id], { fields: readableFields(tx, entity) });
  return updated ?? current;
}

/** `<entity>-merged` for each loser, behind its `-trashed`. */
async function tellMerged(
  tx: WriteScope,
  { definition }: CompiledEntity,
  { winner, losers }: MergedRecords,
): Promise<void> {
  const actor = actorKey(tx.identity);
  await appendEvents(
    tx.unit,
    losers.map((loser) => {
      const version = Number(loser['version']) + 1;
      return {
        event: recordEvent(definition, 'merged'),
        payload: { id: loser.id, version, changed: [], into: winner.id },
        recordVersion: version,
        actor,
        onBehalfOf: tx.identity.onBehalfOf,
        occurredAt: tx.clock.now(),
      };
    }),
  );
}
