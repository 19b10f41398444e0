import type { Id } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { incomingRefs } from './dependents.js';
import { byId, readRecords } from './get-records.js';
import { quoted } from './names.js';
import type { PresentedRecord } from './present-record.js';
import type { WriteScope } from './record-scope.js';
import { allOf, sql, type Sql } from './sql.js';
import { selectRows } from './statements/select-rows.js';
import { columnSql, tableOf } from './statements/source.js';

/** Records of the trash by entity, with the change set that put each there. */
type TrashedIds = Map<string, Map<Id, string>>;

/** Records of one entity that come back. */
export interface Group {
  readonly entity: CompiledEntity;
  readonly records: readonly PresentedRecord[];
}

/** What comes back together, and the change sets that had put it into the trash. */
export interface TrashSet {
  readonly groups: readonly Group[];
  readonly changeSets: readonly string[];
}

/**
 * Finds what went to the trash along with some records: what cascaded from them, and what they belong to, in the same change set.
 * A change set may have trashed thousands that have nothing to do with each other. One query per ref and level; rows are locked.
 */
export async function findTrashSet(scope: WriteScope, entity: CompiledEntity, ids: readonly Id[]): Promise<TrashSet> {
  const known: TrashedIds = new Map();
  let level = fresh(known, [await trashedRows(scope, entity, byId(ids))]);
  while (level.length > 0) {
    const found: Found[] = [];
    for (const { entity: from, rows } of level) {
      found.push(...(await dependantsOf(scope, from, rows)), ...(await foundationsOf(scope, from, rows)));
    }
    level = fresh(known, found);
  }
  const groups: Group[] = [];
  for (const [entityId, rows] of known) {
    const one = scope.generation.entities.get(entityId);
    if (one !== undefined && rows.size > 0)
      groups.push({ entity: one, records: await readRecords(scope, one, [...rows.keys()], { condition: isTrashed }) });
  }
  return { groups, changeSets: [...new Set([...known.values()].flatMap((rows) => [...rows.values()]))] };
}

/** Refs without which a record cannot be. */
export function isBinding({ plugin, field }: CompiledField): boolean {
  return plugin === null && (field.onDelete === 'cascade' || field.onDelete === 'restrict');
}

const isTrashed = sql('r."deleted_at" is not null');

interface Found {
  readonly entity: CompiledEntity;
  /** Change sets by record. */
  readonly rows: ReadonlyMap<Id, string>;
}

/** Notes what was found, and keeps what was not known before. */
function fresh(known: TrashedIds, found: readonly Found[]): Found[] {
  return found.flatMap(({ entity, rows }) => {
    const seen = known.get(entity.definition.id) ?? new Map<Id, string>();
    known.set(entity.definition.id, seen);
    const unseen = new Map([...rows].filter(([id]) => !seen.has(id)));
    for (const [id, changeSet] of unseen) seen.set(id, changeSet);
    return unseen.size === 0 ? [] : [{ entity, rows: unseen }];
  });
}

async function trashedRows(scope: WriteScope, entity: CompiledEntity, condition: Sql): Promise<Found> {
  const rows = await selectRows(scope, entity, {
    columns: ['r."id"', 'r."deleted_with"'],
    conditions: [isTrashed, condition],
    tail: 'order by r."id" for update of r',
  });
  return { entity, rows: new Map(rows.map(([id, changeSet]) => [String(id), String(changeSet)])) };
}

async function dependantsOf(scope: WriteScope, { definition }: CompiledEntity, rows: Found['rows']): Promise<Found[]> {
  const found: Found[] = [];
  for (const { entity, field } of incomingRefs(scope, definition.id, 'cascade')) {
    const isAlong = sql(
      `exists (select from unnest(?::uuid[], ?::uuid[]) p(id, with_set) where p.id = ${columnSql(field)} and p.with_set = r."deleted_with")`,
      [[...rows.keys()], [...rows.values()]],
    );
    found.push(await trashedRows(scope, entity, isAlong));
  }
  return found;
}

async function foundationsOf(scope: WriteScope, entity: CompiledEntity, rows: Found['rows']): Promise<Found[]> {
  const found: Found[] = [];
  for (const field of entity.fieldList.filter(isBinding)) {
    const target = field.target === null ? undefined : scope.generation.entities.get(field.target);
    if (target === undefined) continue;
    const child = `select from ${tableOf(entity)} c where c."id" = any(?::uuid[])`;
    const isBelow = sql(
      `exists (${child} and c.${quoted(field.column)} = r."id" and c."deleted_with" = r."deleted_with")`,
      [[...rows.keys()]],
    );
    found.push(await trashedRows(scope, target, allOf([isBelow])));
  }
  return found;
}
