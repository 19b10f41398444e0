import { ForbiddenError, type Id } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { planTrash, type ClearedRef, type TrashPlan } from './dependents.js';
import { lockRecords, notFound, readRecords } from './get-records.js';
import { hasGuards, runGuards } from './guards.js';
import { recordHistory } from './history.js';
import { quoted } from './names.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { belongingOf, isWithinReach, permissionFor, requireReach } from './rights.js';
import { sql } from './sql.js';
import { assertVersion, writeConsequences } from './update-records.js';
import { runWrite } from './write-errors.js';

/**
 * Puts a record into the trash together with what cascades, and clears the refs that are declared so, in one change set.
 * @throws NotFoundError, ForbiddenError, StaleError, ConflictError `still_referenced`, and whatever a guard throws
 */
export async function trashRecord(scope: RecordScope, entity: CompiledEntity, id: Id, version?: number): Promise<void> {
  const reach = requireReach(scope, entity, 'delete');
  await scope.inUnit(async (tx) => {
    await lockRecords(tx, entity, [id], { isDeletion: true });
    const [record] = await readRecords(tx, entity, [id]);
    if (record === undefined) throw notFound(entity);
    assertVersion(record, version);
    if (!isWithinReach(tx.identity, reach, belongingOf(record)))
      throw new ForbiddenError('forbidden', { permission: permissionFor(entity, 'delete') });
    const plan = await planTrash(tx, entity, [record.id]);
    await askGuards(tx, plan);
    await runWrite(tx, entity, () => writePlan(tx, entity, record.id, plan));
  });
}

async function askGuards(scope: WriteScope, { trashed }: TrashPlan): Promise<void> {
  for (const [entityId, ids] of trashed) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined || !hasGuards(scope, entity, 'delete')) continue;
    const records = await readRecords(scope, entity, [...ids], { condition: sql('true') });
    await runGuards(
      scope,
      entity,
      'delete',
      records.map((before) => ({ before, after: null })),
    );
  }
}

async function writePlan(
  scope: WriteScope,
  root: CompiledEntity,
  rootId: Id,
  { trashed, cleared }: TrashPlan,
): Promise<void> {
  const going = new Set([...trashed.values()].flatMap((ids) => [...ids]));
  for (const ref of cleared) await clearRefs(scope, ref, going);
  for (const [entityId, ids] of trashed) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined) continue;
    const written = await markRows(scope, entity, [...ids], true);
    await recordHistory(
      scope,
      entity,
      written.map((row) => ({
        ...row,
        change: 'trashed',
        changes: {},
        cause: entity === root && row.id === rootId ? null : 'cascade',
      })),
    );
  }
}

/** Refs become empty; entries of a list that refer to what goes are taken out. */
async function clearRefs(
  scope: WriteScope,
  { entity, field, ids }: ClearedRef,
  going: ReadonlySet<string>,
): Promise<void> {
  await lockRecords(scope, entity, ids, { condition: sql('true') });
  const records = await readRecords(scope, entity, ids, { condition: sql('true') });
  const patchOf = (values: ReadonlyMap<string, unknown>) =>
    new Map([[field.path, withoutRefs(field, values.get(field.path), going)]]);
  await writeConsequences(scope, entity, records, { cause: 'clear', patchOf });
}

function withoutRefs({ list }: CompiledField, value: unknown, going: ReadonlySet<string>): unknown {
  if (list === null || !Array.isArray(value)) return null;
  const refs = list.items.filter(({ target }) => target !== null);
  return value.filter(
    (entry: Readonly<Record<string, unknown>>) => !refs.some(({ name }) => going.has(String(entry[name]))),
  );
}

/** Puts rows into the trash under this change set, or takes them out. @returns ids with their new versions */
export async function markRows(
  scope: WriteScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  isTrashed: boolean,
): Promise<readonly { readonly id: Id; readonly version: number }[]> {
  const now = scope.clock.now().toISOString();
  const result: { readonly rows: readonly { readonly id: Id; readonly version: number }[] } = await scope.db.raw(
    `update ${quoted(entity.schemaName, entity.tableName)} set deleted_at = ?::timestamptz, deleted_with = ?::uuid,
       version = version + 1, updated_at = ?::timestamptz, updated_by = ?::uuid
     where id = any(?::uuid[]) returning id, version`,
    [isTrashed ? now : null, isTrashed ? scope.unit.changeSetId : null, now, scope.identity.userId, [...ids]],
  );
  return result.rows;
}
