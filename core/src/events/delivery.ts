import type { EventEnvelope, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** A delivery that may run now. */
export interface DueDelivery {
  readonly id: Id;
  readonly subscriptionId: string;
}

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
}

/** What {@link findDue} looks among. */
export interface DueSearch {
  readonly now: Date;
  /** Ids of the subscriptions this process can serve. */
  readonly subscriptions: readonly string[];
  /** Ids of deliveries it already works on. */
  readonly except: readonly Id[];
}

/** What {@link findDue} found. */
export interface DueFound {
  readonly deliveries: readonly DueDelivery[];
  /** Whether it stopped at a limit, so that there may be more. */
  readonly isPartial: boolean;
}

/** Deliveries that are due and the oldest of their key, longest waiting first, a fair share per subscription; not locked. */
export async function findDue(knex: Knex, search: DueSearch): Promise<DueFound> {
  const bindings = [[...search.subscriptions], search.now, [...search.except]];
  const { rows } = await knex.raw<{ rows: DueDelivery[] }>(dueStatement, bindings);
  const bySubscription = [...Map.groupBy(rows, ({ subscriptionId }) => subscriptionId).values()];
  const isPartial = rows.length === maxDue || bySubscription.some(({ length }) => length === maxDuePerSubscription);
  return { deliveries: rows, isPartial };
}

/** Locks a delivery for this transaction if it is still due; undefined when another process holds or finished it. */
export async function claimDelivery(trx: Knex.Transaction, id: Id, now: Date): Promise<ClaimedDelivery | undefined> {
  const { rows } = await trx.raw<{ rows: ClaimedDelivery[] }>(claimStatement, [id, now]);
  return rows[0];
}

/** Ends a delivery in the transaction that holds its effects. @returns the next one of its key, if that is due */
export async function markDone(trx: Knex.Transaction, id: Id, now: Date): Promise<DueDelivery | undefined> {
  const { rows } = await trx.raw<{ rows: DueDelivery[] }>(doneStatement, [now, id, now]);
  return rows[0];
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

/** One probe of the index per row, whatever the statistics say: as `not exists` a backlog could become a join over all of it. */
const isHead = `
  d.position = (
    select min(earlier.position) from core.deliveries earlier
    where earlier.subscription_id = d.subscription_id and earlier.order_key = d.order_key and earlier.state = 'waiting')`;

const isNotPaused = 'not exists (select from core.paused_modules p where p.module = s.module)';

const maxDue = 64;
const maxDuePerSubscription = 16;

const dueStatement = `
  select due.id, s.id as "subscriptionId"
  from unnest(?::text[]) as known(id)
  join core.subscriptions s on s.id = known.id and ${isNotPaused}
  cross join lateral (
    select d.id, d.next_at from core.deliveries d
    where d.subscription_id = s.id and d.state = 'waiting' and d.next_at <= ?::timestamptz
      and d.id <> all(?::uuid[]) and ${isHead}
    order by d.next_at limit ${maxDuePerSubscription}
  ) due
  order by due.next_at limit ${maxDue}`;

const doneStatement = `
  with done as (
    update core.deliveries set state = 'done', attempts = attempts + 1, changed_at = ? where id = ?
    returning subscription_id, order_key, position
  )
  select next.id, next.subscription_id as "subscriptionId"
  from done cross join lateral (
    select d.id, d.subscription_id, d.next_at from core.deliveries d
    where d.subscription_id = done.subscription_id and d.order_key = done.order_key
      and d.state = 'waiting' and d.position > done.position
    order by d.position limit 1
  ) next
  where next.next_at <= ?::timestamptz`;

/** The server would end a transaction that idles for 10 s; a handler that waits for another system may take its 30 s. */
const claimStatement = `
  select d.id, d.subscription_id as "subscriptionId", d.attempts, e.id as "eventId", e.type as event, e.version, e.payload,
    e.occurred_at as "occurredAt",
    coalesce(e.on_behalf_of, case when e.actor like 'user:%' then substr(e.actor, 6)::uuid end) as "onBehalfOf",
    set_config('idle_in_transaction_session_timeout', '40000', true)
  from core.deliveries d
  join core.subscriptions s on s.id = d.subscription_id and ${isNotPaused}
  join core.events e on e.id = d.event_id
  where d.id = ? and d.state = 'waiting' and d.next_at <= ?::timestamptz and ${isHead}
  for update of d skip locked`;
