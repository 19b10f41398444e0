import type { Knex } from 'knex';
import { sessionIdleMs, sessionMaxMs } from './session-store.js';

/** Removes what can let nobody in any more: ended sessions, expired links and tokens, counters of old tries. */
export async function purgeExpiredLogins(knex: Knex, now: Date): Promise<void> {
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  await knex('core.sessions')
    .where('last_seen_at', '<', ago(sessionIdleMs))
    .orWhere('created_at', '<', ago(sessionMaxMs))
    .delete();
  await knex('core.access_links').where('expires_at', '<', now).delete();
  await knex('core.api_tokens').where('expires_at', '<', ago(tokenGraceMs)).delete();
  await knex('core.rate_limits').where('expire', '<', now.getTime()).delete();
}

/** An expired token stays listed for a month, so its owner sees why a program stopped. */
const tokenGraceMs = 30 * 86_400_000;
