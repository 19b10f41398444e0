import { isIPv6 } from 'node:net';
import { RateLimitError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { limitedAddress } from '../http/client-address.js';

/** Keeps machines from filling a form without end. */
export interface FloodLimits {
  /** Counts one request of somebody, whatever is in it. @throws RateLimitError `too_many_submissions` with `retryAfterSeconds` */
  count(formId: Id, ip: string): Promise<void>;
  /** Counts a submission of a form that something may come of: what machines send closes it to nobody. @throws RateLimitError as `count` */
  countGenuine(formId: Id): Promise<void>;
  /** Counts one mail to an address that anybody may have typed. @throws RateLimitError as `count` */
  countMail(address: string): Promise<void>;
}

const windowSeconds = 15 * 60;
/** Several people may stand behind one address. */
const perAddress = 20;
/** One who has a whole IPv6 network has thousands of addresses. */
const perNetwork = 100;
const perForm = 1000;
/** Whoever mistyped tries again; nobody else's inbox is filled. */
const perRecipient = 5;

/**
 * Counts in PostgreSQL, so that all processes count together, in 15 min: 20 per form and address, 100 per form and IPv6 network (/48),
 * 1,000 per form, 5 mails per recipient.
 */
export function createFloodLimits(knex: Knex): FloodLimits {
  const ofAddress = createLimiter(knex, 'form-address', perAddress);
  const ofNetwork = createLimiter(knex, 'form-network', perNetwork);
  const ofForm = createLimiter(knex, 'form', perForm);
  const ofRecipient = createLimiter(knex, 'form-mail', perRecipient);
  return {
    async count(formId, ip) {
      await consume(ofAddress, `${formId}:${limitedAddress(ip)}`);
      if (isIPv6(ip)) await consume(ofNetwork, `${formId}:${limitedAddress(ip, 48)}`);
    },
    countGenuine: (formId) => consume(ofForm, formId),
    countMail: (address) => consume(ofRecipient, address.toLowerCase()),
  };
}

function createLimiter(knex: Knex, keyPrefix: string, points: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    ...{ storeClient: knex, storeType: 'knex', schemaName: 'core', tableName: 'rate_limits', tableCreated: true },
    // Its timer would outlive the workspace; the clean-up job removes old rows.
    clearExpiredByTimeout: false,
    ...{ keyPrefix, points, duration: windowSeconds },
  });
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new RateLimitError('too_many_submissions', { retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000) });
  }
}
