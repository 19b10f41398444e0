import type { Knex } from 'knex';

/** How far the bus is behind, for doctor and metrics. */
export interface EventLag {
  /** Events without their deliveries yet. */
  readonly pending: number;
  /** Deliveries due and not done, those of paused modules aside. */
  readonly due: number;
  readonly dead: number;
  /** Age of the oldest of those due; 0 when none is. */
  readonly oldestSeconds: number;
}

/** Measures the lag at `now`. */
export async function readEventLag(knex: Knex, now: Date): Promise<EventLag> {
  const { rows } = await knex.raw<{ rows: EventLag[] }>(lagStatement, [now, now]);
  return rows[0] ?? { pending: 0, due: 0, dead: 0, oldestSeconds: 0 };
}

const lagStatement = `
  select (select count(*) from core.pending_events) as pending,
    (select count(*) from core.deliveries where state = 'dead') as dead,
    count(*) as due,
    coalesce(extract(epoch from ?::timestamptz - min(d.next_at)), 0)::float8 as "oldestSeconds"
  from core.deliveries d
  where d.state = 'waiting' and d.next_at <= ?::timestamptz
    and not exists (
      select from core.subscriptions s join core.paused_modules p on p.module = s.module where s.id = d.subscription_id)`;
