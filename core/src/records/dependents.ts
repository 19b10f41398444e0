import { ConflictError } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { quoted } from './names.js';
import { selectRows } from './statements/select-rows.js';
import { columnSql, entriesFrom } from './statements/source.js';
import { listAlias } from './compile-fields.js';
import type { WriteScope } from './record-scope.js';
import { reachFor, visibleRecords, withinReach } from './rights.js';
import { sql, type Sql } from './sql.js';

/** What goes to the trash together, and what must forget it. */
export interface TrashPlan {
  /** Ids by entity, the entity asked for first. */
  readonly trashed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly cleared: readonly ClearedRef[];
}

/** Records that stay and whose ref is cleared. */
export interface ClearedRef {
  readonly entity: CompiledEntity;
  readonly field: CompiledField;
  readonly ids: readonly string[];
}

/**
 * Finds everything that refers to records about to go: one query per ref and level, never one per record.
 * @throws ConflictError `still_referenced` with what holds them back: refs that restrict, and dependants out of the actor's reach
 */
export async function planTrash(scope: WriteScope, root: CompiledEntity, ids: readonly string[]): Promise<TrashPlan> {
  const { trashed, blockers } = await collectCascade(scope, root, ids);
  const restricted = await findStaying(scope, trashed, 'restrict');
  const cleared = await findStaying(scope, trashed, 'clear');
  await refuseBlocked(scope, [...blockers, ...restricted]);
  return { trashed, cleared: cleared.map(({ incoming, ids: staying }) => ({ ...incoming, ids: staying })) };
}

/** Whether records of any entity refer to records of this one. */
export function isReferredTo({ generation }: Pick<WriteScope, 'generation'>, { definition }: CompiledEntity): boolean {
  const refers = ({ target, field }: CompiledField): boolean =>
    target === definition.id && field.onDelete !== undefined;
  for (const { fields } of generation.entities.values()) {
    for (const field of fields.values()) if (refers(field) || field.list?.items.some(refers) === true) return true;
  }
  return false;
}

async function collectCascade(scope: WriteScope, root: CompiledEntity, ids: readonly string[]) {
  const trashed = new Map([[root.definition.id, new Set(ids)]]);
  const blockers: Referrers[] = [];
  let level: ReadonlyMap<string, readonly string[]> = new Map([[root.definition.id, ids]]);
  while (level.size > 0) {
    const next = new Map<string, string[]>();
    for (const [target, targetIds] of level) {
      for (const incoming of incomingRefs(scope, target, 'cascade')) {
        const { found, outOfReach } = await findDependents(scope, incoming, targetIds);
        blockers.push(...referrers(incoming, outOfReach));
        add(trashed, next, incoming.entity.definition.id, found);
      }
    }
    level = next;
  }
  return { trashed, blockers };
}

/** Who refers to what goes without going along, by ref of one effect. */
async function findStaying(
  scope: WriteScope,
  trashed: TrashPlan['trashed'],
  effect: Effect,
): Promise<readonly Referrers[]> {
  const found: Referrers[] = [];
  for (const [target, ids] of trashed) {
    for (const incoming of incomingRefs(scope, target, effect)) {
      found.push(...referrers(incoming, await staying(scope, incoming, ids, trashed)));
    }
  }
  return found;
}

function referrers(incoming: IncomingRef, ids: readonly string[]): Referrers[] {
  return ids.length === 0 ? [] : [{ incoming, ids }];
}

/** A ref that points at an entity. */
export interface IncomingRef {
  readonly entity: CompiledEntity;
  readonly field: CompiledField;
  /** Ref inside a list's entries. */
  readonly item: CompiledField | null;
}

interface Referrers {
  readonly incoming: IncomingRef;
  readonly ids: readonly string[];
}

type Effect = 'cascade' | 'restrict' | 'clear';

/** A ref of a plugin's side table never takes the record along, and a list's entry goes alone: both are cleared. */
export function incomingRefs(
  { generation }: Pick<WriteScope, 'generation'>,
  target: string,
  effect: Effect,
): IncomingRef[] {
  return [...generation.entities.values()].flatMap((entity) =>
    [...entity.fields.values()].flatMap((field) => {
      const refs =
        field.list === null
          ? [{ entity, field, item: null }]
          : field.list.items.map((item) => ({ entity, field, item }));
      return refs.filter((ref) => (ref.item ?? ref.field).target === target && effectOf(ref) === effect);
    }),
  );
}

function effectOf({ field, item }: IncomingRef): Effect | null {
  const declared = (item ?? field).field.onDelete ?? null;
  return declared === 'cascade' && (item !== null || field.plugin !== null) ? 'clear' : declared;
}

async function findDependents(scope: WriteScope, { entity, field, item }: IncomingRef, ids: readonly string[]) {
  const reach =
    scope.identity.kind === 'user'
      ? withinReach(scope.identity, entity, reachFor(scope, entity, 'delete'))
      : sql('true');
  const rows = await selectRows(scope, entity, {
    columns: ['r."id"', reach],
    conditions: [refersTo({ entity, field, item }, ids), sql('r."deleted_at" is null')],
    tail: 'order by r."id" for update of r',
  });
  const idsWhere = (wanted: boolean): string[] =>
    rows.flatMap(([id, isInReach]) => ((isInReach === true) === wanted ? [String(id)] : []));
  return { found: idsWhere(true), outOfReach: idsWhere(false) };
}

/** Records that refer to what goes and do not go themselves. */
async function staying(
  scope: WriteScope,
  incoming: IncomingRef,
  ids: ReadonlySet<string>,
  trashed: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<string[]> {
  const conditions = [refersTo(incoming, [...ids]), sql('r."deleted_at" is null')];
  const rows = await selectRows(scope, incoming.entity, { columns: ['r."id"'], conditions });
  const going = trashed.get(incoming.entity.definition.id);
  return rows.map(([id]) => String(id)).filter((id) => going?.has(id) !== true);
}

function refersTo({ field, item }: IncomingRef, ids: readonly string[]): Sql {
  if (item === null || field.list === null)
    return sql(`${columnSql(field)} = any(?::uuid[])`, [ids], field.plugin === null ? [] : [field.plugin]);
  return sql(`exists (select 1 ${entriesFrom(field.list)} and ${listAlias}.${quoted(item.column)} = any(?::uuid[]))`, [
    ids,
  ]);
}

function add(
  trashed: Map<string, Set<string>>,
  next: Map<string, string[]>,
  entity: string,
  ids: readonly string[],
): void {
  const known = trashed.get(entity) ?? new Set<string>();
  const fresh = ids.filter((id) => !known.has(id));
  if (fresh.length === 0) return;
  trashed.set(entity, new Set([...known, ...fresh]));
  next.set(entity, [...(next.get(entity) ?? []), ...fresh]);
}

const namedBlockers = 20;

/** Names the records the actor may see; of the others only the number is told. */
async function refuseBlocked(scope: WriteScope, blockers: readonly Referrers[]): Promise<void> {
  if (blockers.length === 0) return;
  const references = [];
  for (const { incoming, ids } of blockers) {
    const { entity, field } = incoming;
    const rows = await selectRows(scope, entity, {
      columns: ['r."id"'],
      conditions: [sql('r."id" = any(?::uuid[])', [ids]), visibleRecords(scope, entity)],
      tail: `limit ${namedBlockers}`,
    });
    const shown = rows.map(([id]) => String(id));
    references.push({ entity: entity.definition.id, field: field.path, count: ids.length, ids: shown });
  }
  throw new ConflictError('still_referenced', { references });
}
