import type { Knex } from 'knex';

/** An event on its way to deliveries, as live listeners see it. */
export interface FannedEvent {
  readonly type: string;
  /** Entity its order key belongs to; null for events without an order. */
  readonly entity: string | null;
  readonly orderKey: string;
  readonly payload: unknown;
}

/** Events that one fan-out takes at most. */
export const fanOutLimit = 500;

/**
 * Turns the oldest pending events into a delivery per subscription, in one statement of `trx`. One at a time over all
 * processes: the lock is taken before the statement's snapshot, so a set that holds an event holds the earlier ones of its record.
 * Durable subscriptions come from their table, not from memory, so those of disabled plugins collect theirs too.
 * @returns the events, in order; fewer than {@link fanOutLimit} when none are left
 */
export async function fanOut(trx: Knex.Transaction, now: Date): Promise<readonly FannedEvent[]> {
  await trx.raw(`select pg_advisory_xact_lock(hashtext('trellis.fan-out'))`);
  const { rows } = await trx.raw<{ rows: FannedEvent[] }>(fanOutStatement, [now, now]);
  return rows;
}

const fanOutStatement = `
  with batch as (
    delete from core.pending_events
    where position in (select position from core.pending_events order by position limit ${fanOutLimit})
    returning event_id
  ), fanned as (
    select e.id, e.type, e.entity, e.order_key, e.record_version, e.position, e.payload
    from batch join core.events e on e.id = batch.event_id
  ), delivered as (
    insert into core.deliveries (subscription_id, event_id, order_key, record_version, position, next_at, changed_at)
    select s.id, f.id, f.order_key, f.record_version, f.position, ?::timestamptz, ?::timestamptz
    from fanned f join core.subscriptions s on s.event = f.type
  )
  select type, entity, order_key as "orderKey", payload from fanned order by position`;

/** Whether any event waits for its fan-out. */
export async function hasPendingEvents(knex: Knex): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>('select from core.pending_events limit 1');
  return rows.length > 0;
}
