import { ConflictError, ForbiddenError, type Id } from '@trellis-crm/sdk';
import { isDeepStrictEqual } from 'node:util';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { readableFields } from './field-access.js';
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
import { writeConsequences } from './update-records.js';

/**
 * Takes a record out of the trash with everything that went there in the same change set, and puts back the refs that were
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
    const changeSet = await changeSetOf(tx, entity, record.id);
    const groups = await findSet(tx, changeSet);
    await restoreHeld(tx, groups, new Set([record.id]));
    await putBackRefs(tx, changeSet);
    await keepGroups(tx, groups);
    const [restored = record] = await readRecords(tx, entity, [record.id], {
      fields: readableFields(tx, entity),
      condition: sql('true'),
    });
    return restored;
  });
}

/** Records of one entity that come back. */
export interface Group {
  readonly entity: CompiledEntity;
  readonly records: readonly PresentedRecord[];
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

async function changeSetOf(scope: WriteScope, entity: CompiledEntity, id: Id): Promise<string | null> {
  const [row = []] = await selectRows(scope, entity, { columns: ['r."deleted_with"'], conditions: [byId([id])] });
  const [changeSet] = row;
  return typeof changeSet === 'string' ? changeSet : null;
}

/** The audit log knows which entities a change set touched, so only their tables are asked. */
async function findSet(scope: WriteScope, changeSet: string | null): Promise<readonly Group[]> {
  const touched: readonly { readonly entity: string }[] = await scope
    .db('core.audit_log')
    .distinct('entity')
    .where({ change_set: changeSet, verb: 'trashed' });
  const groups: Group[] = [];
  for (const { entity: entityId } of touched) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined) continue;
    const member = sql('r."deleted_with" = ?::uuid', [changeSet]);
    const tail = 'order by r."id" for update';
    const rows = await selectRows(scope, entity, { columns: ['r."id"'], conditions: [member], tail });
    const ids = rows.map(([id]) => String(id));
    groups.push({ entity, records: await readRecords(scope, entity, ids, { condition: member }) });
  }
  return groups;
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

/** Refs without which a record cannot be. */
function isBinding({ plugin, field }: CompiledField): boolean {
  return plugin === null && (field.onDelete === 'cascade' || field.onDelete === 'restrict');
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

async function putBackRefs(scope: WriteScope, changeSet: string | null): Promise<void> {
  const rows: readonly ClearedRow[] = await scope
    .db('core.audit_log')
    .where({ change_set: changeSet, cause: 'clear' })
    .select('entity', 'record_id', 'changes');
  for (const [entityId, cleared] of Map.groupBy(rows, ({ entity }) => entity)) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined) continue;
    const ids = cleared.map(({ record_id }) => record_id);
    const alive = sql('r."deleted_at" is null');
    await lockRecords(scope, entity, ids, { condition: alive });
    const records = await readRecords(scope, entity, ids, { condition: alive });
    const changesOf = (id: Id): [string, FieldChange][] =>
      cleared.filter((row) => row.record_id === id).flatMap((row) => Object.entries(row.changes));
    const patchOf = (values: ReadonlyMap<string, unknown>, { id }: PresentedRecord) => {
      const untouched = changesOf(id).filter(([path, { to }]) =>
        isDeepStrictEqual(values.get(path) ?? null, to ?? null),
      );
      return new Map(untouched.map(([path, { from }]) => [path, from ?? null]));
    };
    await writeConsequences(scope, entity, records, { cause: 'restoration', patchOf });
  }
}
