import type { EventEnvelope, Id } from '@trellis-crm/sdk';
import { isHead, isNotPaused } from './delivery-sql.js';
import type { DueDelivery } from './due.js';

/** A delivery held by a transaction, with its event. */
export interface ClaimedDelivery extends DueDelivery {
  /** Attempts that failed before. */
  readonly attempts: number;
  readonly eventId: Id;
  readonly event: string;
  readonly version: number;
  readonly payload: unknown;
  readonly occurredAt: Date;
  /** User for whom the event's author acted, or the author if a user. */
  readonly onBehalfOf: Id | null;
  /** The next one of its key, if that is due. */
  readonly next: DueDelivery | undefined;
}

type ClaimRow = readonly [number, Id, string, number, unknown, Date, Id | null, Id | null, string];

/** What {@link claimStatement} found. */
export function toClaimed(due: DueDelivery, row: readonly unknown[]): ClaimedDelivery {
  const [attempts, eventId, event, version, payload, occurredAt, onBehalfOf, nextId] = row as ClaimRow;
  const next = nextId === null ? undefined : { id: nextId, subscriptionId: due.subscriptionId };
  return { ...due, attempts, eventId, event, version, payload, occurredAt, onBehalfOf, next };
}

/** What a subscription gets to see of a delivery. */
export function toEnvelope(delivery: ClaimedDelivery): EventEnvelope<unknown> {
  return {
    id: delivery.eventId,
    event: delivery.event,
    version: delivery.version,
    payload: delivery.payload,
    occurredAt: delivery.occurredAt.toISOString(),
    deliveryId: delivery.id,
    attempt: delivery.attempts + 1,
  };
}

/**
 * Claims the delivery $1 if it is due at $2 and marks it done in one statement, in the transaction that will hold its
 * effects: what rolls back was never done. No row: another process holds or finished it. The server would end a transaction that idles for
 * 10 s; a handler that waits for another system may take its 30 s. The empty text keeps the planner from walking an index of
 * all that waits, which it prefers as long as it believes that table to be empty.
 */
export const claimStatement = `
  with claimed as (
    select d.id, d.subscription_id, d.order_key, d.position, d.event_id, d.attempts
    from core.deliveries d
    join core.subscriptions s on s.id = d.subscription_id and ${isNotPaused}
    where d.id = $1::uuid and d.state || '' = 'waiting' and d.next_at <= $2::timestamptz and ${isHead}
    for update of d skip locked
  ), done as (
    update core.deliveries d set state = 'done', attempts = d.attempts + 1, changed_at = $2::timestamptz
    from claimed where d.id = claimed.id
  )
  select claimed.attempts, e.id, e.type, e.version, e.payload, e.occurred_at,
    coalesce(e.on_behalf_of, case when e.actor like 'user:%' then substr(e.actor, 6)::uuid end),
    case when next.next_at <= $2::timestamptz then next.id end,
    set_config('idle_in_transaction_session_timeout', '40000', true)
  from claimed
  join core.events e on e.id = claimed.event_id
  left join lateral (
    select d.id, d.next_at from core.deliveries d
    where d.subscription_id = claimed.subscription_id and d.order_key = claimed.order_key
      and d.state = 'waiting' and d.position > claimed.position
    order by d.position limit 1
  ) next on true`;

/** The same with its values in the text, for a server that keeps no statements. */
export function claimText(literals: readonly string[]): string {
  return claimStatement.replaceAll(/\$(\d)/g, (_, place) => literals[Number(place) - 1] ?? 'null');
}
