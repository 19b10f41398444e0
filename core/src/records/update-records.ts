import { ForbiddenError, StaleError, type Id } from '@trellis-crm/sdk';
import { onlyAsked } from '../database/only-asked.js';
import { checkCycles, selfRefs } from './cycles.js';
import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { fillFiles } from './files/fill-files.js';
import { lockRecords, notFound, readRecords } from './get-records.js';
import { hasGuards, runGuards } from './guards.js';
import type { RecordValues } from './parse-input.js';
import { presentValues, valuesOf, type PresentedRecord } from './present-record.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { checkReferences, referencesOf, refuseReferences } from './references.js';
import { belongingOf, isWithinReach, permissionFor, reachFor, requireReach } from './rights.js';
import {
  draftOf,
  parsePatches,
  withTeam,
  writtenOf,
  type Patch,
  type RecordUpdate,
  type UpdateDraft,
} from './update-drafts.js';
import { heldWrite, writeRecords, type WrittenRecord } from './writes/run-write.js';
import { placeIn } from './writes/write-place.js';

/**
 * Changes records in one change set, all or none, in the order of the input; those that do not differ are left alone.
 * @throws NotFoundError, ForbiddenError, StaleError `stale_version`, ValidationError, ConflictError, and whatever a guard throws
 */
export async function updateRecords(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): Promise<readonly PresentedRecord[]> {
  requireReach(scope, entity, 'update');
  return updateParsed(scope, entity, updates, await readPatches(scope, entity, updates));
}

async function readPatches(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): Promise<ReadonlyMap<Id, Patch>> {
  const patches = parsePatches(scope, entity, updates);
  if (entity.files.length === 0) return patches;
  const filled = await fillFiles(scope, entity, [...patches.values()]);
  return new Map(
    [...patches.keys()].map((id, position) => [id, filled[position] ?? { values: new Map(), prefix: '' }]),
  );
}

/** The same with values that were read before, read-only fields among them. @throws the same */
export async function updateParsed(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly ParsedUpdate[],
  patches: ReadonlyMap<Id, Patch>,
): Promise<readonly PresentedRecord[]> {
  if (updates.length === 0) return [];
  if (!needsLocks(scope, entity, patches)) {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const records = await updateAtOnce(scope, entity, updates, patches);
      if (records !== null) return records;
    }
  }
  return scope.inUnit(async (tx) => {
    await lockRecords(
      tx,
      entity,
      updates.map(({ id }) => id),
    );
    const drafts = await readDrafts(tx, entity, updates, patches);
    const changed = drafts.filter((draft) => draft.changed.size > 0);
    const written = changed.length === 0 ? [] : await writeLocked(tx, entity, changed);
    return presentAll(tx, entity, updates, [...drafts, ...written]);
  });
}

/** Which record is changed, beside what it gets. */
type ParsedUpdate = Pick<RecordUpdate, 'id' | 'version'>;

/** So often somebody else may come between reading and writing; then the rows are locked first. */
const attempts = 3;

/**
 * Guards look at records nobody else may change meanwhile; who moves in a tree must not be moved above by another; the team of
 * the record follows its owner.
 */
function needsLocks(scope: RecordScope, entity: CompiledEntity, patches: ReadonlyMap<Id, Patch>): boolean {
  if (hasGuards(scope, entity, 'update')) return true;
  const moving = ['owner', ...selfRefs(entity).map(({ path }) => path)];
  return [...patches.values()].some(({ values }) => moving.some((path) => values.has(path)));
}

/** Reads, and writes only if the records still are as they were read, all or none. @returns null when somebody came between */
async function updateAtOnce(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly ParsedUpdate[],
  patches: ReadonlyMap<Id, Patch>,
): Promise<readonly PresentedRecord[] | null> {
  return scope.inStatement(async (place) => {
    const drafts = await readDrafts(scope, entity, updates, patches);
    const changed = drafts.filter((draft) => draft.changed.size > 0);
    if (changed.length > 0) {
      const references = referencesOf(entity, changed);
      const outcome = await writeRecords(scope, place, entity, {
        change: 'updated',
        records: changed.map(writtenOf),
        references,
        reach: 'all',
        present: { read: reachFor(scope, entity, 'read'), write: requireReach(scope, entity, 'update') },
      });
      if (!outcome.isFine) {
        refuseReferences(references, outcome);
        return null;
      }
    }
    return presentAll(scope, entity, updates, drafts);
  });
}

async function readDrafts(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly ParsedUpdate[],
  patches: ReadonlyMap<Id, Patch>,
): Promise<readonly UpdateDraft[]> {
  const before = await readChecked(scope, entity, updates);
  return [...patches].map(([id, { values, prefix }]) =>
    draftOf(scope, entity, { before: found(entity, before, id), patch: values, prefix }),
  );
}

function presentAll(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly ParsedUpdate[],
  drafts: readonly UpdateDraft[],
): readonly PresentedRecord[] {
  const after = new Map<string, ReadonlyMap<string, unknown>>(drafts.map(({ id, values }) => [id, values]));
  const readable = readableFields(scope, entity);
  return updates.map(({ id }) => presentValues(readable, after.get(id.toLowerCase()) ?? new Map<string, unknown>()));
}

/** A change that follows from another one. */
export interface Consequence {
  readonly cause: string;
  /** What becomes of one record, given its values. */
  readonly patchOf: (values: ReadonlyMap<string, unknown>, record: PresentedRecord) => RecordValues;
}

/** Changes records because of what happened to others: without rights and guards, which were asked about the cause. Row locks are held. */
export async function writeConsequences(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly PresentedRecord[],
  { cause, patchOf }: Consequence,
): Promise<void> {
  const all = [...entity.fields.values()];
  const drafts = records.map((before) =>
    draftOf(scope, entity, { before, patch: patchOf(valuesOf(all, before), before), prefix: '' }),
  );
  const changed = drafts.filter((draft) => draft.changed.size > 0);
  if (changed.length === 0) return;
  await writeHeld(
    scope,
    entity,
    changed.map((draft) => ({ ...writtenOf(draft), cause })),
  );
}

async function readChecked(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly ParsedUpdate[],
): Promise<ReadonlyMap<Id, PresentedRecord>> {
  const ids = updates.map(({ id }) => id);
  const records = await readRecords(scope, entity, ids);
  const byId = new Map(records.map((record) => [record.id, record]));
  const reach = requireReach(scope, entity, 'update');
  for (const { id, version } of updates) {
    const record = found(entity, byId, id.toLowerCase());
    if (!isWithinReach(scope.identity, reach, belongingOf(record))) throw outOfReach(entity);
    assertVersion(record, version);
  }
  return byId;
}

/** @throws StaleError `stale_version` with the version there is */
export function assertVersion(record: PresentedRecord, version: number | undefined): void {
  if (version !== undefined && record['version'] !== version)
    throw new StaleError('stale_version', { version: record['version'] });
}

function found(entity: CompiledEntity, records: ReadonlyMap<Id, PresentedRecord>, id: Id): PresentedRecord {
  const record = records.get(id);
  if (record === undefined) throw notFound(entity);
  return record;
}

/** Asks the guards, if there are any, what they say to changes that nobody will write; what they write is taken back. @throws what making them would */
export async function askToUpdate(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): Promise<void> {
  if (!hasGuards(scope, entity, 'update') || updates.length === 0) return;
  const patches = parsePatches(scope, entity, updates);
  await scope.inUnit(async (tx) => {
    const drafts = await readDrafts(tx, entity, updates, patches);
    const changed = drafts.filter((draft) => draft.changed.size > 0);
    if (changed.length > 0) await onlyAsked(tx.unit.trx, () => askGuards(tx, entity, changed));
  });
}

async function writeLocked(
  scope: WriteScope,
  entity: CompiledEntity,
  drafts: readonly UpdateDraft[],
): Promise<readonly UpdateDraft[]> {
  const records = await askGuards(scope, entity, drafts);
  await writeHeld(scope, entity, records.map(writtenOf));
  return records;
}

/** Guards look at what is to be written, after everything else was asked. */
async function askGuards(
  scope: WriteScope,
  entity: CompiledEntity,
  drafts: readonly UpdateDraft[],
): Promise<readonly UpdateDraft[]> {
  const teams = await checkReferences(scope, entity, drafts);
  const records = drafts.map((draft) => withTeam(draft, teams));
  const reach = requireReach(scope, entity, 'update');
  const all = [...entity.fields.values()];
  const after = records.map(({ values }) => presentValues(all, values));
  if (after.some((record) => !isWithinReach(scope.identity, reach, belongingOf(record))))
    throw outOfReach(entity, 'owner_out_of_reach');
  await checkCycles(scope, entity, records);
  await runGuards(
    scope,
    entity,
    'update',
    records.map(({ before }, position) => ({ before, after: after[position] ?? null })),
  );
  return records;
}

/** Rows are locked, so only somebody in the same transaction can have changed one since it was read. */
async function writeHeld(scope: WriteScope, entity: CompiledEntity, records: readonly WrittenRecord[]): Promise<void> {
  const { written } = await writeRecords(scope, placeIn(scope.unit), entity, heldWrite('updated', records));
  if (written === records.length) return;
  const error = new StaleError('stale_version');
  scope.unit.fail(error);
  throw error;
}

function outOfReach(entity: CompiledEntity, code = 'forbidden'): ForbiddenError {
  return new ForbiddenError(code, { permission: permissionFor(entity, 'update') });
}
