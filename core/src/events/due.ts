import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { prepare, runPrepared } from '../database/prepared.js';
import { isHead, isNotPaused } from './delivery-sql.js';

/** A delivery that may run now. */
export interface DueDelivery {
  readonly id: Id;
  readonly subscriptionId: string;
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

/** Deliveries that one look finds at most, and of one subscription. */
const maxDue = 256;
const maxDuePerSubscription = 64;
/** With others at work, a look takes a sample of so many times more, so that two processes seldom try the same ones. */
const sampleFactor = 4;

/**
 * Deliveries that are due and the oldest of their key, longest waiting first, a fair share per subscription; not locked.
 * @param isShared whether other processes seem to take deliveries of the same backlog: then a random share of it
 */
export async function findDue(knex: Knex, search: DueSearch, isShared: boolean): Promise<DueFound> {
  const statement = isShared ? sampleStatement : dueStatement;
  const rows = await runPrepared(knex, statement, [search.subscriptions, search.now, search.except]);
  const deliveries = rows.map((row): DueDelivery => ({ id: String(row[0]), subscriptionId: String(row[1]) }));
  const bySubscription = [...Map.groupBy(deliveries, ({ subscriptionId }) => subscriptionId).values()];
  const isFull = bySubscription.some(({ length }) => length === maxDuePerSubscription);
  return { deliveries, isPartial: rows.length === maxDue || isFull };
}

/** Visits only subscriptions with something waiting, by leaps along the index: the number of those without costs nothing. */
const waitingSubscriptions = `
  waiting(id) as (
    select min(subscription_id) from core.deliveries where state = 'waiting'
    union all
    select (select min(d.subscription_id) from core.deliveries d where d.state = 'waiting' and d.subscription_id > waiting.id)
    from waiting where waiting.id is not null
  )`;

const candidates = (limit: number): string => `
  from waiting
  join core.subscriptions s on s.id = waiting.id and s.id = any($1::text[]) and ${isNotPaused}
  cross join lateral (
    select d.id, d.next_at from core.deliveries d
    where d.subscription_id = s.id and d.state = 'waiting' and d.next_at <= $2::timestamptz
      and d.id <> all($3::uuid[]) and ${isHead}
    order by d.next_at limit ${limit}
  ) due`;

const dueStatement = prepare(`
  with recursive ${waitingSubscriptions}
  select due.id, s.id ${candidates(maxDuePerSubscription)}
  order by due.next_at limit ${maxDue}`);

const sampleStatement = prepare(`
  with recursive ${waitingSubscriptions}, ranked as (
    select due.id, s.id as subscription_id, due.next_at,
      row_number() over (partition by s.id order by random()) as place
    ${candidates(maxDuePerSubscription * sampleFactor)}
  )
  select id, subscription_id from ranked where place <= ${maxDuePerSubscription} order by random() limit ${maxDue}`);
