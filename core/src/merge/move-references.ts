import type { Id } from '@trellis-crm/sdk';
import type { CompiledField } from '../records/compiled-entity.js';
import { lockRecords, readRecords } from '../records/get-records.js';
import { quoted } from '../records/names.js';
import type { WriteScope } from '../records/record-scope.js';
import { schemaNameOf } from '../records/names.js';
import { mayReadField, visibleRecords } from '../records/rights.js';
import { allOf, sql } from '../records/sql.js';
import { selectRows } from '../records/statements/select-rows.js';
import { writeConsequences } from '../records/update-records.js';
import { incomingRefs, refersTo, type IncomingRef } from './incoming-refs.js';

/** From where to where references move. */
export interface Move {
  readonly entity: string;
  readonly losers: readonly Id[];
  readonly winner: Id;
}

/** How many records a ref moved with, of those that the actor may see. */
export interface MovedCount {
  readonly entity: string;
  /** Path of the ref: `account`, `accounts.account`. */
  readonly field: string;
  readonly count: number;
}

/** So many records are written together. */
const setSize = 1000;

/**
 * Lets everything that refers to the losers refer to the winner, set by set: without rights and guards of its own, which were asked
 * about the merge. What is in the trash follows without history, so that it does not return to a record that is gone.
 */
export async function moveReferences(scope: WriteScope, move: Move): Promise<readonly MovedCount[]> {
  const counts: MovedCount[] = [];
  for (const ref of incomingRefs(scope.generation, move.entity)) {
    const count = await moveRef(scope, ref, move);
    await moveTrashed(scope, ref, move);
    if (count > 0) counts.push({ entity: ref.entity.definition.id, field: pathOf(ref), count });
  }
  return counts;
}

/** `accounts.account` */
export function pathOf({ field, item }: IncomingRef): string {
  return item === null ? field.path : `${field.path}.${item.name}`;
}

async function moveRef(scope: WriteScope, ref: IncomingRef, move: Move): Promise<number> {
  const { entity, field } = ref;
  const alive = sql('r."deleted_at" is null');
  const isOther = sql('r."id" <> all(?::uuid[])', [[...move.losers, move.winner]]);
  const conditions = [refersTo(ref, move.losers), alive, isOther];
  const isSeen = mayReadField(scope, field, entity) ? visibleRecords(scope, entity) : sql('false');
  const rows = await selectRows(scope, entity, { columns: ['r."id"', isSeen], conditions, tail: 'order by r."id"' });
  const ids = rows.map(([id]) => String(id));
  for (let start = 0; start < ids.length; start += setSize) {
    const set = ids.slice(start, start + setSize);
    await lockRecords(scope, entity, set, { condition: alive });
    const records = await readRecords(scope, entity, set, { condition: allOf([alive]) });
    await writeConsequences(scope, entity, records, {
      cause: 'merge',
      patchOf: (values) => new Map([[field.path, movedValue(ref, values.get(field.path), move)]]),
    });
  }
  return rows.filter(([, seen]) => seen === true).length;
}

type Entry = Readonly<Record<string, unknown>>;

/** The ref to the winner. An entry that leads where another one leads already is dropped. */
function movedValue({ field, item, named }: IncomingRef, value: unknown, { losers, winner }: Move): unknown {
  const gone = new Set(losers);
  if (item === null) return gone.has(String(value)) ? winner : value;
  const entries = Array.isArray(value) ? (value as readonly Entry[]) : [];
  const isMoved = (entry: Entry): boolean =>
    gone.has(String(entry[item.name])) && (named === null || entry['entity'] === named);
  const there = new Set(entries.filter((entry) => entry[item.name] === winner).map((entry) => keyOf(field, entry)));
  return entries.flatMap((entry) => {
    if (!isMoved(entry)) return [entry];
    const moved = { ...entry, [item.name]: winner };
    if (there.has(keyOf(field, moved))) return [];
    there.add(keyOf(field, moved));
    return [moved];
  });
}

/** What makes two entries one: what they must have. */
function keyOf({ list }: CompiledField, entry: Entry): string {
  const naming = (list?.items ?? []).filter(({ field }) => field.required === true);
  return JSON.stringify(naming.map(({ name }) => entry[name]));
}

async function moveTrashed({ db }: WriteScope, { entity, field, item, named }: IncomingRef, move: Move): Promise<void> {
  const records = quoted(entity.schemaName, entity.tableName);
  const column = quoted((item ?? field).column);
  const values = [move.winner, [...move.losers]];
  const list = field.list;
  if (list !== null) {
    const owner = quoted(list.ownerColumn);
    await db.raw(
      `with moved as (
         update ${quoted(list.schemaName, list.tableName)} e set ${column} = ? from ${records} r
         where e.${column} = any(?::uuid[])${named === null ? '' : ' and e."entity" = ?'} and r.id = e.${owner} and r.deleted_at is not null returning e.${owner} as id)
       update ${records} r set kept = null from moved where r.id = moved.id`,
      named === null ? values : [...values, named],
    );
  } else if (field.plugin === null)
    await db.raw(
      `update ${records} set ${column} = ?, kept = null where ${column} = any(?::uuid[]) and deleted_at is not null`,
      values,
    );
  else
    await db.raw(
      `update ${quoted(schemaNameOf(field.plugin), entity.extensions.get(field.plugin)?.tableName ?? '')} s set ${column} = ?, kept = null
       from ${records} r where s.${column} = any(?::uuid[]) and r.id = s.record_id and r.deleted_at is not null`,
      values,
    );
}
