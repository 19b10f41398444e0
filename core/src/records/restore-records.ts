import { ConflictError, ForbiddenError, type Id } from '@trellis-crm/sdk';
import { isDeepStrictEqual } from 'node:util';
import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { findUnfit } from './find-unfit.js';
import { keepAnswersOf } from './kept/keep-answers.js';
import { byId, lockRecords, notFound, readRecords } from './get-records.js';
import { hasGuards, runGuards } from './guards.js';
import type { FieldChange } from './history.js';
import { valuesOf, type PresentedRecord } from './present-record.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { belongingOf, isWithinReach, permissionFor, reachFor, requireReach, withinReach } from './rights.js';
import { saveToSearch } from './search/save-search.js';
import { allOf, sql } from './sql.js';
import { selectRows } from './statements/select-rows.js';
import { markRows } from './trash-records.js';
import { findTrashSet, isBinding, type Group } from './trash-sets.js';
import { writeConsequences } from './update-records.js';

/**
 * Takes a record out of the trash with what went there along with it, and puts back the refs that were
 * cleared then where nobody has changed them since.
 * @throws NotFoundError for what is not in the trash, ForbiddenError, ConflictError `reference_in_trash`, `not_unique`
 */
export async function restoreRecord(scope: RecordScope, entity: CompiledEntity, id: Id): Promise<PresentedRecord> {
  const reach = requireReach(scope, entity, 'delete');
  return scope.inUnit(async (tx) => {
    const trashed = allOf([
      sql('r."deleted_at" is not null'),
      withinReach(tx.identity, entity, reachFor(tx, entity, 'read')),
    ]);
    await lockRecords(tx, entity, [id], { condition: trashed, isDeletion: true });
    const [record] = await readRecords(tx, entity, [id], { condition: trashed });
    if (record === undefined) throw notFound(entity);
    if (!isWithinReach(tx.identity, reach, belongingOf(record)))
      throw new ForbiddenError('forbidden', { permission: permissionFor(entity, 'delete') });
    await restoreSets(tx, entity, [record.id]);
    const [restored = record] = await readRecords(tx, entity, [record.id], {
      fields: readableFields(tx, entity),
      condition: sql('true'),
    });
    return restored;
  });
}

/** Takes records out of the trash whose rights were asked and whose locks are held, with what went there along with them. */
export async function restoreSets(tx: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<void> {
  const { groups, changeSets } = await findTrashSet(tx, entity, ids);
  await restoreHeld(tx, groups, new Set(ids));
  await putBackRefs(tx, changeSets);
  await keepGroups(tx, groups);
}

/**
 * Takes records out of the trash together whose rights were asked and whose locks are held; refs to them stay as they are.
 * @param asked those that were asked for; the others come along
 * @throws ConflictError `reference_in_trash`, and whatever a guard throws
 */
export async function restoreHeld(tx: WriteScope, groups: readonly Group[], asked: ReadonlySet<Id>): Promise<void> {
  for (const group of groups) await checkGroup(tx, group, groups);
  for (const { entity, records } of groups) {
    const ids = records.map(({ id }) => id);
    await markRows(tx, entity, 'restored', { ids, asked });
    await findAgain(tx, entity, records);
  }
}

/** Keeps the answers of records that came back and got their refs again. */
export async function keepGroups(tx: WriteScope, groups: readonly Group[]): Promise<void> {
  for (const { entity, records } of groups)
    await keepAnswersOf(
      tx.unit.trx,
      entity,
      records.map(({ id }) => id),
    );
}

async function checkGroup(scope: WriteScope, { entity, records }: Group, groups: readonly Group[]): Promise<void> {
  const returning = new Set(groups.flatMap((group) => group.records.map(({ id }) => id)));
  for (const field of entity.fields.values()) {
    const target = field.target === null ? undefined : scope.generation.entities.get(field.target);
    if (target === undefined || !isBinding(field)) continue;
    const ids = records.map((record) => record[field.name]).filter((value) => typeof value === 'string');
    if (
      await isAnyTrashed(
        scope,
        target,
        ids.filter((id) => !returning.has(id)),
      )
    )
      throw new ConflictError('reference_in_trash', { entity: entity.definition.id, field: field.path });
  }
  if (!hasGuards(scope, entity, 'restore')) return;
  await runGuards(
    scope,
    entity,
    'restore',
    records.map((record) => ({ before: record, after: record })),
  );
}

async function isAnyTrashed(scope: WriteScope, target: CompiledEntity, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false;
  const conditions = [byId(ids), sql('r."deleted_at" is not null')];
  const rows = await selectRows(scope, target, { columns: ['r."id"'], conditions, tail: 'limit 1' });
  return rows.length > 0;
}

function findAgain(scope: WriteScope, entity: CompiledEntity, records: readonly PresentedRecord[]): Promise<void> {
  const all = [...entity.fields.values()];
  const restoredAt = scope.clock.now().toISOString();
  const valuesAfter = (record: PresentedRecord) => new Map([...valuesOf(all, record), ['updatedAt', restoredAt]]);
  return saveToSearch(
    scope.db,
    entity,
    records.map((record) => ({ id: record.id, values: valuesAfter(record) })),
  );
}

interface ClearedRow {
  readonly entity: string;
  readonly record_id: Id;
  readonly changes: Readonly<Record<string, FieldChange>>;
}

/** Of refs that were cleared, those are put back that nobody has changed since and whose record is there again. */
async function putBackRefs(scope: WriteScope, changeSets: readonly string[]): Promise<void> {
  const rows: readonly ClearedRow[] = await scope
    .db('core.audit_log')
    .whereIn('change_set', changeSets)
    .where({ cause: 'clear' })
    .select('entity', 'record_id', 'changes');
  for (const [entityId, cleared] of Map.groupBy(rows, ({ entity }) => entity)) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined) continue;
    const changes = Map.groupBy(cleared, ({ record_id }) => record_id);
    const alive = sql('r."deleted_at" is null');
    await lockRecords(scope, entity, [...changes.keys()], { condition: alive });
    const records = await readRecords(scope, entity, [...changes.keys()], { condition: alive });
    const patched = records.map((record) => ({
      id: record.id,
      patch: untouched(valuesOf(entity.fieldList, record), changes.get(record.id) ?? []),
    }));
    const unfit = await findUnfit(scope, entity, patched);
    const patches = new Map(patched.filter(({ id }) => !unfit.has(id)).map(({ id, patch }) => [id, patch]));
    const patchOf = (_: unknown, { id }: PresentedRecord) => patches.get(id) ?? new Map<string, unknown>();
    await writeConsequences(scope, entity, records, { cause: 'restoration', patchOf });
  }
}

function untouched(values: ReadonlyMap<string, unknown>, cleared: readonly ClearedRow[]): ReadonlyMap<string, unknown> {
  const changes = cleared.flatMap((row) => Object.entries(row.changes));
  const kept = changes.filter(([path, { to }]) => isDeepStrictEqual(values.get(path) ?? null, to ?? null));
  return new Map(kept.map(([path, { from }]) => [path, from ?? null]));
}
