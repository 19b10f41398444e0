import type { Knex } from 'knex';
import { prepare, runPrepared } from '../database/prepared.js';
import type { DueDelivery } from './due.js';
import { isToldActivity } from './told-activities.js';

/** An event on its way to deliveries, as live listeners see it. */
export interface FannedEvent {
  readonly type: string;
  /** Entity its order key belongs to; null for events without an order. */
  readonly entity: string | null;
  /** Null: it stands for a crowd of new records of the entity, which nobody can watch one by one yet. */
  readonly orderKey: string | null;
  readonly payload: unknown;
}

/** What one fan-out did. */
export interface FannedOut {
  /** Number of events taken. */
  readonly taken: number;
  /** In order; a crowd is one of them. */
  readonly events: readonly FannedEvent[];
  /** Deliveries it made. */
  readonly count: number;
  /** The oldest of them, one per subscription and key. */
  readonly first: readonly DueDelivery[];
  /** When the first of the events happened; null without events. */
  readonly since: Date | null;
  /** Messages it left for webhooks. */
  readonly messages: number;
  /** Whether events were set aside that people may want to be told of. */
  readonly hasSetAside: boolean;
}

/** Events that one fan-out takes at first. */
export const fanOutLimit = 500;

/** So many new records of an entity at once are announced as one. */
const crowdFrom = 200;

/**
 * Turns the oldest pending events into a delivery per subscription, in one statement of `trx`. One at a time over all
 * processes: the lock is taken before the statement's snapshot, so a set that holds an event holds the earlier ones of its record.
 * Durable subscriptions come from their table, not from memory, so those of disabled plugins collect theirs too. So do webhooks,
 * which name an event, all of an entity (`sales.deal.*`) or everything (`*`).
 * @param limit of events; as many are taken unless none are left
 * @param listened types of events that live listeners look into, so that each of them is wanted
 */
export async function fanOut(
  trx: Knex.Transaction,
  now: Date,
  limit: number,
  listened: readonly string[],
): Promise<FannedOut> {
  await runPrepared(trx, lockStatement, []);
  const [row] = await runPrepared(trx, fanOutStatement, [now, limit, listened]);
  const [taken, events, count, first, since, messages, hasSetAside] = row as FanOutRow;
  return { taken, events: events ?? [], count, first: first ?? [], since, messages, hasSetAside };
}

/** Whether any event waits for its fan-out. */
export async function hasPendingEvents(knex: Knex): Promise<boolean> {
  return (await runPrepared(knex, pendingStatement, [])).length > 0;
}

type FanOutRow = readonly [
  taken: number,
  events: FannedEvent[] | null,
  count: number,
  first: DueDelivery[] | null,
  since: Date | null,
  messages: number,
  hasSetAside: boolean,
];

const pendingStatement = prepare('select 1 from core.pending_events limit 1');

const lockStatement = prepare(`select pg_advisory_xact_lock(hashtext('trellis.fan-out'))`);

/** Deliveries that are handed on without being looked for. */
const firstLimit = 64;

/** What is between core and one person: no webhook gets it, whatever it asked for. */
const privateEvents = 'core.notice-given,core.inbox-changed';

/** Rows are deleted by their place: as positions they could become a join over all of a backlog. Nobody updates or deletes them otherwise. */
const fanOutStatement = prepare(`
  with batch as (
    delete from core.pending_events
    where ctid = any(array(select ctid from core.pending_events order by position limit $2::integer))
    returning event_id
  ), fanned as materialized (
    select e.id, e.type, e.entity, e.order_key, e.record_version, e.position, e.payload, e.occurred_at,
      e.record_version = 1 and e.entity is not null and e.type <> all($3::text[]) as is_new
    from batch join core.events e on e.id = batch.event_id
  ), delivered as (
    insert into core.deliveries (subscription_id, event_id, order_key, record_version, position, next_at, changed_at)
    select s.id, f.id, f.order_key, f.record_version, f.position, $1::timestamptz, $1::timestamptz
    from fanned f join core.subscriptions s on s.event = f.type
    returning id, subscription_id, order_key, position
  ), first as (
    select distinct on (subscription_id, order_key) id, subscription_id, position
    from (select * from delivered limit ${firstLimit * 4}) early
    order by subscription_id, order_key, position
    limit ${firstLimit}
  ), messages as (
    insert into core.webhook_deliveries
      (webhook_id, message_id, type, order_key, position, body, next_at, created_at, changed_at)
    select w.id, 'msg_' || replace(f.id::text, '-', ''), f.type, f.order_key, f.position,
      json_build_object('type', f.type, 'timestamp', to_char(f.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'data', f.payload)::text, $1::timestamptz, $1::timestamptz, $1::timestamptz
    from fanned f join core.webhooks w on w.topics && array[f.type, f.entity || '.*', '*']
    where w.state <> 'disabled' and w.deleted_at is null and f.type <> all('{${privateEvents}}')
    returning 1
  ), crowds as materialized (
    select type, entity, min(position) as position from fanned
    where is_new group by type, entity having count(*) >= ${crowdFrom}
  ), set_aside as (
    insert into core.told_events (position, event_id)
    select position, id from fanned f
    where record_version >= 1 and (payload -> 'changed' ? 'owner' or (payload -> 'changed' <> '[]' and exists (
      select from core.followers w where w.entity = f.entity and w.record_id = f.order_key::uuid)) or ${isToldActivity})
    returning 1
  ), announced as (
    select f.type, f.entity, f.order_key, f.payload, f.position from fanned f
    where is_new is not true or not exists (select from crowds c where c.type = f.type and c.entity = f.entity)
    union all
    select type, entity, null, null, position from crowds
  )
  select
    (select count(*)::integer from fanned),
    (select json_agg(json_build_object('type', type, 'entity', entity, 'orderKey', order_key, 'payload', payload) order by position)
     from announced),
    (select count(*)::integer from delivered),
    (select json_agg(json_build_object('id', id, 'subscriptionId', subscription_id) order by position) from first),
    (select min(occurred_at) from fanned),
    (select count(*)::integer from messages),
    exists (select from set_aside)`);
