import type { Knex } from 'knex';

/** How far the bus is behind, for doctor and metrics. */
export interface EventLag {
  /** Events without their deliveries yet. */
  readonly pending: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly pendingSeconds: number;
  /** Deliveries due and not done, those of paused modules aside. */
  readonly due: number;
  readonly dead: number;
  /** Age of the oldest of those due; 0 when none is. */
  readonly oldestSeconds: number;
  /** The same for each subscription with something due, the latest first. */
  readonly subscriptions: readonly SubscriptionLag[];
}

/** How far one subscription is behind. */
export interface SubscriptionLag {
  /** `<module>:<name>` */
  readonly subscription: string;
  readonly due: number;
  readonly oldestSeconds: number;
}

/** Measures the lag at `now`. */
export async function readEventLag(knex: Knex, now: Date): Promise<EventLag> {
  const [totals, behind] = await Promise.all([
    knex.raw<{ rows: Pick<EventLag, 'pending' | 'pendingSeconds' | 'dead'>[] }>(totalStatement, [now]),
    knex.raw<{ rows: SubscriptionLag[] }>(dueStatement, [now, now]),
  ]);
  const { pending, pendingSeconds, dead } = totals.rows[0] ?? { pending: 0, pendingSeconds: 0, dead: 0 };
  const subscriptions = behind.rows;
  const due = subscriptions.reduce((sum, one) => sum + one.due, 0);
  return { pending, pendingSeconds, due, dead, oldestSeconds: subscriptions[0]?.oldestSeconds ?? 0, subscriptions };
}

const totalStatement = `
  select (select count(*) from core.pending_events) as pending,
    greatest(0, extract(epoch from ?::timestamptz - (
      select e.occurred_at from core.pending_events p join core.events e on e.id = p.event_id order by p.position limit 1
    )))::float8 as "pendingSeconds",
    (select count(*) from core.deliveries where state = 'dead') as dead`;

const dueStatement = `
  select d.subscription_id as subscription, count(*) as due,
    extract(epoch from ?::timestamptz - min(d.next_at))::float8 as "oldestSeconds"
  from core.deliveries d
  where d.state = 'waiting' and d.next_at <= ?::timestamptz
    and not exists (
      select from core.subscriptions s join core.paused_modules p on p.module = s.module where s.id = d.subscription_id)
  group by d.subscription_id order by 3 desc`;
