import type { Knex } from 'knex';
import { uuidV7Floor } from '../database/uuid-v7.js';

const dayMs = 86_400_000;
/** Days that something stays after it is of no more use to the bus. */
const keepDays = { done: 7, pausedAndWaiting: 30, dead: 90, event: 30, progress: 30 } as const;
/** Rows of one statement, so that none holds its locks for long. */
const batchSize = 5000;

/** Deletes what is old: finished deliveries, dead letters, what a disabled plugin did not fetch in 30 days, then events nobody waits for. */
export async function purgeEvents(knex: Knex, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * dayMs);
  await inBatches(knex, deleteEnded, ['done', before(keepDays.done)]);
  await inBatches(knex, deleteEnded, ['dead', before(keepDays.dead)]);
  await inBatches(knex, deletePaused, [uuidV7Floor(before(keepDays.pausedAndWaiting))]);
  await inBatches(knex, deleteEvents, [uuidV7Floor(before(keepDays.event))]);
  await knex('core.job_progress').where('finished_at', '<', before(keepDays.progress)).delete();
}

async function inBatches(knex: Knex, statement: string, bindings: readonly (Date | string)[]): Promise<void> {
  let deleted = batchSize;
  while (deleted === batchSize) {
    const { rowCount } = await knex.raw<{ rowCount: number }>(statement, [...bindings]);
    deleted = rowCount;
  }
}

const deleteEnded = `
  delete from core.deliveries where id in (
    select id from core.deliveries where state = ? and greatest(changed_at, dropped_at) < ? limit ${batchSize})`;

const deletePaused = `
  delete from core.deliveries where id in (
    select d.id from core.deliveries d
    join core.subscriptions s on s.id = d.subscription_id
    join core.paused_modules p on p.module = s.module
    where d.state = 'waiting' and d.event_id < ?::uuid limit ${batchSize})`;

const deleteEvents = `
  delete from core.events where id in (
    select e.id from core.events e
    where e.id < ?::uuid
      and not exists (select from core.deliveries d where d.event_id = e.id)
      and not exists (select from core.pending_events p where p.event_id = e.id)
    limit ${batchSize})`;
