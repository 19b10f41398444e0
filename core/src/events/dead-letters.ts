import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';

/** A delivery that failed for good, until somebody replays or drops it. */
export interface DeadLetter {
  readonly id: Id;
  /** `<module>:<name>` */
  readonly subscription: string;
  readonly event: string;
  readonly eventId: Id;
  readonly payload: unknown;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly occurredAt: Date;
  readonly failedAt: Date;
}

/** A page of {@link listDeadLetters}. */
export interface DeadLetterSearch {
  readonly subscription?: string;
  readonly limit: number;
  /** Id of the last one of the page before. */
  readonly after?: Id;
}

/** Dead letters in order of their ids, which is random but stable. */
export async function listDeadLetters(knex: Knex, search: DeadLetterSearch): Promise<readonly DeadLetter[]> {
  const { rows } = await knex.raw<{ rows: DeadLetter[] }>(listStatement, [
    search.subscription ?? null,
    search.subscription ?? null,
    search.after ?? null,
    search.after ?? null,
    search.limit,
  ]);
  return rows;
}

/** Makes a dead letter wait again with all its attempts; it runs when its turn comes. @throws NotFoundError `dead_letter_not_found` */
export async function replayDeadLetter(knex: Knex, id: Id, now: Date): Promise<void> {
  const replayed = await knex('core.deliveries')
    .where({ id, state: 'dead' })
    .update({ state: 'waiting', attempts: 0, next_at: now, changed_at: now });
  if (replayed === 0) throw new NotFoundError('dead_letter_not_found', { id });
}

/** Gives a dead letter up; it can be taken back for a week. @throws NotFoundError `dead_letter_not_found` */
export async function dropDeadLetter(knex: Knex, id: Id, now: Date): Promise<void> {
  const dropped = await knex('core.deliveries').where({ id, state: 'dead' }).update({ state: 'done', dropped_at: now });
  if (dropped === 0) throw new NotFoundError('dead_letter_not_found', { id });
}

/** Makes a dropped delivery a dead letter again, as it was. @throws NotFoundError `dead_letter_not_found` */
export async function restoreDeadLetter(knex: Knex, id: Id): Promise<void> {
  const restored = await knex('core.deliveries')
    .where({ id, state: 'done' })
    .whereNotNull('dropped_at')
    .update({ state: 'dead', dropped_at: null });
  if (restored === 0) throw new NotFoundError('dead_letter_not_found', { id });
}

const listStatement = `
  select d.id, d.subscription_id as subscription, e.type as event, e.id as "eventId", e.payload, d.attempts,
    d.last_error as "lastError", e.occurred_at as "occurredAt", d.changed_at as "failedAt"
  from core.deliveries d join core.events e on e.id = d.event_id
  where d.state = 'dead' and (?::text is null or d.subscription_id = ?) and (?::uuid is null or d.id > ?::uuid)
  order by d.id limit ?`;
