import { createHash } from 'node:crypto';
import { RateLimitError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { InjectionToken } from 'tsyringe';
import { limitedAddress } from '../http/client-address.js';

/** Slows down those who guess. */
export interface AttemptLimiter {
  /** Counts a try before it is made. @throws RateLimitError `too_many_attempts` with `retryAfterSeconds` */
  count(attempt: Attempt): Promise<void>;
  /** Takes the try back: it was right. */
  forgive(attempt: Attempt): Promise<void>;
}

/** One try: at what, of whom, from where. Nothing else a caller sends takes part, or it would buy further tries. */
export interface Attempt {
  readonly kind: 'sign-in' | 'password' | 'setup';
  /** E-mail address or user id as given; spelling does not matter. */
  readonly account: string;
  readonly ip: string;
}

/** The workspace's limiter. */
export const AttemptLimiter: InjectionToken<AttemptLimiter> = Symbol('AttemptLimiter');

/** Counts in PostgreSQL, so that all processes count together: 5 wrong tries per account and address, 50 per address, in 15 min. */
export function createAttemptLimiter(knex: Knex): AttemptLimiter {
  const perAccount = createLimiter(knex, 'account', 5);
  const perAddress = createLimiter(knex, 'address', 50);
  return {
    async count(attempt) {
      await consume(perAddress, addressKey(attempt));
      await consume(perAccount, accountKey(attempt));
    },
    async forgive(attempt) {
      await perAddress.reward(addressKey(attempt));
      await perAccount.delete(accountKey(attempt));
    },
  };
}

const windowSeconds = 15 * 60;

function createLimiter(knex: Knex, keyPrefix: string, points: number): RateLimiterPostgres {
  return new RateLimiterPostgres({
    storeClient: knex,
    storeType: 'knex',
    schemaName: 'core',
    tableName: 'rate_limits',
    tableCreated: true,
    // Its timer would outlive the workspace; the clean-up job removes old rows.
    clearExpiredByTimeout: false,
    keyPrefix,
    points,
    duration: windowSeconds,
  });
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw new RateLimitError('too_many_attempts', { retryAfterSeconds: Math.ceil(error.msBeforeNext / 1000) });
  }
}

function addressKey({ kind, ip }: Attempt): string {
  return `${kind}:${limitedAddress(ip)}`;
}

/** Hashed: tables of counters need no addresses of people. */
function accountKey(attempt: Attempt): string {
  const account = createHash('sha256')
    .update(attempt.account.normalize('NFKC').trim().toLowerCase())
    .digest('base64url');
  return `${addressKey(attempt)}:${account}`;
}
