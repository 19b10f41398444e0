import { isDeepStrictEqual } from 'node:util';
import { ForbiddenError, StaleError, ValidationError, type Id } from '@trellis-crm/sdk';
import { checkCycles } from './cycles.js';
import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { lockRecords, notFound, readRecords } from './get-records.js';
import { runGuards } from './guards.js';
import { recordHistory, type HistoryEntry } from './history.js';
import { parseOptions, prefixProblems, tryParsePatch, type RecordValues } from './parse-input.js';
import { presentValues, valuesOf, type PresentedRecord } from './present-record.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { checkReferences, type TeamsByUser } from './references.js';
import { belongingOf, isWithinReach, permissionFor, requireReach } from './rights.js';
import { updateRows, type StoredRecord } from './store-rows.js';
import { runWrite } from './write-errors.js';

/** One record to change. */
export interface RecordUpdate {
  readonly id: Id;
  readonly patch: unknown;
  /** Refuses when the record has another version. */
  readonly version?: number | undefined;
}

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
  const patches = parseAll(scope, entity, updates);
  if (updates.length === 0) return [];
  return scope.inUnit(async (tx) => {
    const before = await readLocked(tx, entity, updates);
    const drafts = [...patches].map(([id, { values, prefix }]) =>
      draftOf(tx, entity, { before: found(entity, before, id), patch: values, prefix }),
    );
    const changed = drafts.filter((draft) => draft.changed.size > 0);
    const written = changed.length === 0 ? [] : await write(tx, entity, changed);
    const after = new Map<string, ReadonlyMap<string, unknown>>(
      [...drafts, ...written].map(({ id, values }) => [id, values]),
    );
    const readable = readableFields(tx, entity);
    return updates.map(({ id }) => presentValues(readable, after.get(id.toLowerCase()) ?? new Map<string, unknown>()));
  });
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
  await updateRows(scope, entity, changed);
  await recordHistory(
    scope,
    entity,
    changed.map((draft) => ({ ...historyOf(draft), cause })),
  );
}

/** A change worked out: the record before, and all its values after. */
interface UpdateDraft extends StoredRecord {
  /** Values before. */
  readonly old: ReadonlyMap<string, unknown>;
  readonly before: PresentedRecord;
  readonly prefix: string;
}

interface Patch {
  readonly values: RecordValues;
  readonly prefix: string;
}

/** Several patches of one record count as one, in their order. */
function parseAll(
  scope: RecordScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): ReadonlyMap<Id, Patch> {
  const options = parseOptions(scope, entity);
  const parsed = updates.map(({ patch }) => tryParsePatch(entity, patch, options));
  const prefixOf = (position: number): string => (updates.length === 1 ? '' : `/${position}`);
  const errors = parsed.flatMap(({ problems }, position) => prefixProblems(problems, prefixOf(position)));
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  const patches = new Map<Id, Patch>();
  for (const [position, { values }] of parsed.entries()) {
    const id = updates[position]?.id.toLowerCase() ?? '';
    patches.set(id, { values: new Map([...(patches.get(id)?.values ?? []), ...values]), prefix: prefixOf(position) });
  }
  return patches;
}

async function readLocked(
  scope: WriteScope,
  entity: CompiledEntity,
  updates: readonly RecordUpdate[],
): Promise<ReadonlyMap<Id, PresentedRecord>> {
  const ids = updates.map(({ id }) => id);
  await lockRecords(scope, entity, ids);
  const records = await readRecords(scope, entity, ids);
  const byId = new Map(records.map((record) => [record.id, record]));
  const reach = requireReach(scope, entity, 'update');
  for (const { id, version } of updates) {
    const record = found(entity, byId, id.toLowerCase());
    assertVersion(record, version);
    if (!isWithinReach(scope.identity, reach, belongingOf(record))) throw outOfReach(entity);
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

function draftOf(
  { identity, clock }: WriteScope,
  entity: CompiledEntity,
  {
    before,
    patch,
    prefix,
  }: { readonly before: PresentedRecord; readonly patch: RecordValues; readonly prefix: string },
): UpdateDraft {
  const old = valuesOf([...entity.fields.values()], before);
  const changed = new Set(
    [...patch].filter(([path, value]) => !isDeepStrictEqual(value, old.get(path))).map(([path]) => path),
  );
  if (changed.size === 0) return { id: before.id, before, old, prefix, changed, values: old };
  const written = [
    ['version', Number(before['version']) + 1],
    ['updatedAt', clock.now().toISOString()],
    ['updatedBy', identity.userId],
  ] as const;
  return { id: before.id, before, old, prefix, changed, values: new Map([...old, ...patch, ...written]) };
}

async function write(
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
  await runWrite(scope, entity, async () => {
    await updateRows(scope, entity, records);
    await recordHistory(scope, entity, records.map(historyOf));
  });
  return records;
}

/** A record moves to its new owner's primary team. */
function withTeam(draft: UpdateDraft, teams: TeamsByUser): UpdateDraft {
  if (!draft.changed.has('owner')) return draft;
  const owner = draft.values.get('owner');
  const team = typeof owner === 'string' ? (teams.get(owner) ?? null) : null;
  const changed = team === draft.values.get('team') ? draft.changed : new Set([...draft.changed, 'team']);
  return { ...draft, changed, values: new Map([...draft.values, ['team', team]]) };
}

function historyOf({ id, old, values, changed }: UpdateDraft): HistoryEntry {
  const changes = Object.fromEntries(
    [...changed].map((path) => [path, { from: old.get(path) ?? null, to: values.get(path) ?? null }]),
  );
  return { id, version: Number(values.get('version')), change: 'updated', changes, cause: null };
}

function outOfReach(entity: CompiledEntity, code = 'forbidden'): ForbiddenError {
  return new ForbiddenError(code, { permission: permissionFor(entity, 'update') });
}
