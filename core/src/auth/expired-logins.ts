import type { Knex } from 'knex';
import { sessionIdleMs, sessionMaxMs } from './session-store.js';

/** Deletes sessions, links and rate limits whose time is over; they stopped working before. Tokens stay in their owner's list. */
export async function purgeExpiredLogins(knex: Knex, now: Date): Promise<void> {
  const before = (ageMs: number): Date => new Date(now.getTime() - ageMs);
  await knex('core.sessions')
    .where('last_seen_at', '<', before(sessionIdleMs))
    .orWhere('created_at', '<', before(sessionMaxMs))
    .delete();
  await knex('core.access_links').where('expires_at', '<', now).delete();
  await knex('core.rate_limits').where('expire', '<', now.getTime()).delete();
}
