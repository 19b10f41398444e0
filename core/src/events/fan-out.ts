import type { Knex } from 'knex';
import { prepare, runPrepared } from '../database/prepared.js';
import type { DueDelivery } from './due.js';

/** An event on its way to deliveries, as live listeners see it. */
export interface FannedEvent {
  readonly type: string;
  /** Entity its order key belongs to; null for events without an order. */
  readonly entity: string | null;
  readonly orderKey: string;
  readonly payload: unknown;
}

/** What one fan-out did. */
export interface FannedOut {
  /** In order. */
  readonly events: readonly FannedEvent[];
  /** Deliveries it made. */
  readonly count: number;
  /** The oldest of them, one per subscription and key. */
  readonly first: readonly DueDelivery[];
  /** When the first of the events happened; null without events. */
  readonly since: Date | null;
}

/** Events that one fan-out takes at most. */
export const fanOutLimit = 500;

/**
 * Turns the oldest pending events into a delivery per subscription, in one statement of `trx`. One at a time over all
 * processes: the lock is taken before the statement's snapshot, so a set that holds an event holds the earlier ones of its record.
 * Durable subscriptions come from their table, not from memory, so those of disabled plugins collect theirs too.
 * @param limit of events; as many come back unless none are left
 */
export async function fanOut(trx: Knex.Transaction, now: Date, limit: number): Promise<FannedOut> {
  await runPrepared(trx, lockStatement, []);
  const [row] = await runPrepared(trx, fanOutStatement, [now, limit]);
  const [events, count, first, since] = row as FanOutRow;
  return { events: events ?? [], count, first: first ?? [], since };
}

/** Whether any event waits for its fan-out. */
export async function hasPendingEvents(knex: Knex): Promise<boolean> {
  return (await runPrepared(knex, pendingStatement, [])).length > 0;
}

type FanOutRow = readonly [FannedEvent[] | null, number, DueDelivery[] | null, Date | null];

const pendingStatement = prepare('select 1 from core.pending_events limit 1');

const lockStatement = prepare(`select pg_advisory_xact_lock(hashtext('trellis.fan-out'))`);

/** Deliveries that are handed on without being looked for. */
const firstLimit = 64;

const fanOutStatement = prepare(`
  with batch as (
    delete from core.pending_events
    where position in (select position from core.pending_events order by position limit $2::integer)
    returning event_id
  ), fanned as materialized (
    select e.id, e.type, e.entity, e.order_key, e.record_version, e.position, e.payload, e.occurred_at
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
  )
  select
    (select json_agg(json_build_object('type', type, 'entity', entity, 'orderKey', order_key, 'payload', payload) order by position)
     from fanned),
    (select count(*)::integer from delivered),
    (select json_agg(json_build_object('id', id, 'subscriptionId', subscription_id) order by position) from first),
    (select min(occurred_at) from fanned)`);
