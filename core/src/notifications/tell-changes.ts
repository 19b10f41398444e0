import type { Context, Id, TransactionContext } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { activityLines, type ToldChange } from '../following/index.js';
import { quoted } from '../records/names.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { Workspace } from '../workspace/workspace.js';
import { hearersOf } from './hearers.js';
import type { NoticeLine } from './insert-notices.js';
import { tell } from './tell.js';

/** Tells of the changes that the fan-out set aside, set by set: so many records of one change become one line. */
export async function tellChanges(workspace: Workspace, ctx: Context): Promise<void> {
  let taken = batchSize;
  while (taken === batchSize) taken = await ctx.tx((tx) => tellSome(workspace, tx));
}

const batchSize = 2000;

interface SetAside extends ToldChange {
  readonly changeSet: Id;
  readonly isAssigned: boolean;
  /** Paths of the fields that changed. */
  readonly changed: readonly string[];
}

async function tellSome(workspace: Workspace, tx: TransactionContext): Promise<number> {
  const { database } = workspace;
  const events = await database.tx(takeSetAside);
  const lines = await database.tx(async (trx) => [
    ...(await assignedLines(workspace, trx, events)),
    ...(await followedLines(workspace, trx, events)),
    ...(await activityLines(tx, trx, events)),
  ]);
  await tell(workspace, tx, lines);
  return events.length;
}

async function takeSetAside(trx: Knex): Promise<readonly SetAside[]> {
  const { rows } = await trx.raw<{ rows: SetAside[] }>(takeStatement);
  return rows;
}

/**
 * Each is looked at once: whoever else takes a batch waits for these rows and finds others. That demo records were made is no news to
 * anybody; what web forms bring is told of as such.
 */
const takeStatement = `
  with batch as (
    delete from core.told_events
    where position = any(array(select position from core.told_events order by position limit ${batchSize} for update skip locked))
    returning event_id
  )
  select e.entity, e.order_key::uuid as record, e.record_version = 1 as "isNew", e.change_set as "changeSet",
    e.payload -> 'changed' \\? 'owner' and e.actor not like 'form:%' as "isAssigned", e.payload -> 'changed' as changed,
    exists (select from core.change_sets s where s.id = e.change_set) as "isPart",
    case when e.actor like 'user:%' then substr(e.actor, 6)::uuid else e.on_behalf_of end as by
  from batch join core.events e on e.id = batch.event_id
  where e.entity is not null and not (e.record_version = 1 and exists (
    select from core.demo_records d where d.entity = e.entity and d.record_id = e.order_key::uuid))
  order by e.position`;

/** The owners there are now; one query for each sort of record. */
async function assignedLines(
  workspace: Workspace,
  trx: Knex,
  events: readonly SetAside[],
): Promise<readonly NoticeLine[]> {
  const entities = workspace.generation().entities;
  const byEntity = Map.groupBy(
    events.filter(({ isAssigned }) => isAssigned),
    ({ entity }) => entity,
  );
  const lines: NoticeLine[] = [];
  for (const [id, changes] of byEntity) {
    const entity = entities.get(id);
    if (entity?.definition.owned !== true) continue;
    lines.push(...linesOf(id, changes, await ownersOf(trx, entity, changes)));
  }
  return lines;
}

async function ownersOf(
  trx: Knex,
  { schemaName, tableName }: CompiledEntity,
  changes: readonly SetAside[],
): Promise<ReadonlyMap<Id, Id>> {
  const { rows } = await trx.raw<{ rows: { id: Id; owner: Id }[] }>(
    `select id, owner_id as owner from ${quoted(schemaName, tableName)}
     where id = any(?::uuid[]) and owner_id is not null and deleted_at is null`,
    [changes.map(({ record }) => record)],
  );
  return new Map(rows.map(({ id, owner }) => [id, owner]));
}

/** One line for each new owner and change: of the record, or of how many there are. What belongs to it and is set aside later adds to the line. */
function linesOf(entity: string, changes: readonly SetAside[], owners: ReadonlyMap<Id, Id>): NoticeLine[] {
  const assigned = new Map(changes.map((change) => [change.record, change]));
  const owned = [...assigned.values()].flatMap((change) => {
    const user = owners.get(change.record);
    return user === undefined ? [] : [{ ...change, user }];
  });
  const groups = Map.groupBy(owned, ({ user, by, changeSet }) => JSON.stringify([user, by, changeSet]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { user, by, record, changeSet, isPart } = first;
    const isOne = group.length === 1;
    const line = { user, by, entity, kind: 'core.record-assigned', values: {}, href: null, count: group.length };
    return [{ ...line, record: isOne ? record : null, key: isOne && !isPart ? record : changeSet }];
  });
}

/** A line for each follower of a record of which something changed that they may see; changes of one record become one line while it is unread. */
async function followedLines(
  workspace: Workspace,
  trx: Knex,
  events: readonly SetAside[],
): Promise<readonly NoticeLine[]> {
  const mayHear = await hearersOf(workspace, events);
  const bindings = [events.map(({ entity }) => entity), events.map(({ record }) => record)];
  const { rows } = await trx.raw<{ rows: { place: number; user: Id; role: string }[] }>(followersStatement, bindings);
  return rows.flatMap(({ place, user, role }) => {
    const event = events[place - 1];
    if (event === undefined || !mayHear(event, role)) return [];
    const { entity, record, by } = event;
    return [{ user, by, entity, record, key: record, kind: 'core.followed-change', values: {}, href: null, count: 1 }];
  });
}

const followersStatement = `
  select changed.place::integer as place, w.user_id as "user", u.role
  from unnest(?::text[], ?::uuid[]) with ordinality as changed(entity, record, place)
  join core.followers w on w.entity = changed.entity and w.record_id = changed.record
  join core.users u on u.id = w.user_id
  order by changed.place`;
