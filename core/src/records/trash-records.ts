import { ForbiddenError, type Id, type Reach } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { isReferredTo, planTrash, type ClearedRef, type TrashPlan } from './dependents.js';
import { isId, lockRecords, notFound, readRecords } from './get-records.js';
import { hasGuards, runGuards } from './guards.js';
import type { RecordScope, WriteScope } from './record-scope.js';
import { belongingOf, isWithinReach, permissionFor, reachFor, requireReach } from './rights.js';
import { sql } from './sql.js';
import { assertVersion, writeConsequences } from './update-records.js';
import { heldWrite, writeRecords } from './writes/run-write.js';
import { placeIn } from './writes/write-place.js';

/**
 * Puts a record into the trash together with what cascades, and clears the refs that are declared so, in one change set.
 * @throws NotFoundError, ForbiddenError, StaleError, ConflictError `still_referenced`, and whatever a guard throws
 */
export async function trashRecord(scope: RecordScope, entity: CompiledEntity, id: Id, version?: number): Promise<void> {
  const reach = requireReach(scope, entity, 'delete');
  if (await trashAtOnce(scope, entity, { id, version, reach })) return;
  await scope.inUnit(async (tx) => {
    await lockRecords(tx, entity, [id], { isDeletion: true });
    const [record] = await readRecords(tx, entity, [id]);
    if (record === undefined) throw notFound(entity);
    assertVersion(record, version);
    if (!isWithinReach(tx.identity, reach, belongingOf(record)))
      throw new ForbiddenError('forbidden', { permission: permissionFor(entity, 'delete') });
    const plan = await planTrash(tx, entity, [record.id]);
    await askGuards(tx, plan);
    await writePlan(tx, entity, new Set([record.id]), plan);
  });
}

/**
 * Puts records into the trash whose rights were asked and whose locks are held, with what cascades: one set, all or none.
 * @param refuse called with what goes along before anything is written; throws to refuse
 * @throws ConflictError `still_referenced`, and whatever a guard throws
 */
export async function trashHeld(
  tx: WriteScope,
  entity: CompiledEntity,
  ids: readonly Id[],
  refuse: (plan: TrashPlan) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  if (ids.length === 0) return;
  const plan = await planTrash(tx, entity, ids);
  await refuse(plan);
  await askGuards(tx, plan);
  await writePlan(tx, entity, new Set(ids), plan);
}

/**
 * Of an entity that nothing refers to and nobody guards, one statement asks everything and writes.
 * @returns whether it did; what was in the way is for those to say who look at the record
 */
async function trashAtOnce(
  scope: RecordScope,
  entity: CompiledEntity,
  { id, version, reach }: { readonly id: Id; readonly version: number | undefined; readonly reach: Reach },
): Promise<boolean> {
  if (!isId(id) || hasGuards(scope, entity, 'delete') || isReferredTo(scope, entity)) return false;
  return scope.inStatement(async (place) => {
    const { isFine } = await writeRecords(scope, place, entity, {
      change: 'trashed',
      records: [{ id, stored: null, before: version ?? null, changes: {}, cause: null }],
      references: [],
      reach: 'all',
      present: { read: reachFor(scope, entity, 'read'), write: reach },
    });
    return isFine;
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
  rootIds: ReadonlySet<Id>,
  { trashed, cleared }: TrashPlan,
): Promise<void> {
  const going = new Set([...trashed.values()].flatMap((ids) => [...ids]));
  for (const ref of cleared) await clearRefs(scope, ref, going);
  for (const [entityId, ids] of trashed) {
    const entity = scope.generation.entities.get(entityId);
    if (entity === undefined) continue;
    await markRows(scope, entity, 'trashed', { ids: [...ids], asked: entity === root ? rootIds : none });
  }
}

const none: ReadonlySet<Id> = new Set();

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

/** Puts rows into the trash under this change set, or takes them out: `asked` because it was asked for, the others along with it. */
export async function markRows(
  scope: WriteScope,
  entity: CompiledEntity,
  change: 'trashed' | 'restored',
  { ids, asked }: { readonly ids: readonly Id[]; readonly asked: ReadonlySet<Id> },
): Promise<void> {
  const records = ids.map((id) => ({
    id,
    stored: null,
    before: null,
    changes: {},
    cause: asked.has(id) ? null : 'cascade',
  }));
  await writeRecords(scope, placeIn(scope.unit), entity, heldWrite(change, records));
}
