import { AuthenticationError, type Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { AttemptLimiter } from './attempt-limiter.js';
import type { Authenticator } from './authenticator.js';
import { findAccountByEmail, writePasswordHash, type Account } from './credentials.js';
import type { Passwords } from './passwords.js';
import { hashSecret } from './secret.js';
import { createSession, type Device } from './session-store.js';

/** What somebody who signs in sends. */
export interface SignInInput {
  readonly email: string;
  readonly password: string;
  readonly device: Device;
  /** Token of the session the browser had, which ends: a new person gets a new one. */
  readonly previousToken: string | undefined;
}

/** A begun session. */
export interface SignedIn {
  /** For the cookie. */
  readonly token: string;
  readonly account: Account;
}

/** Signs people in. */
export interface SignIn {
  /** @throws AuthenticationError `wrong_credentials` whatever was wrong, RateLimitError `too_many_attempts` */
  signIn(input: SignInInput): Promise<SignedIn>;
}

/** The workspace's sign-in. */
export const SignIn: InjectionToken<SignIn> = Symbol('SignIn');

/** What signing in needs from elsewhere. */
export interface SignInParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: BaseLogger;
  readonly passwords: Passwords;
  readonly limiter: AttemptLimiter;
  readonly authenticator: Authenticator;
}

/** Creates the sign-in. Every try is counted before it is made; a right one is taken back. */
export function createSignIn({ knex, clock, log, passwords, limiter, authenticator }: SignInParts): SignIn {
  return {
    async signIn({ email, password, device, previousToken }) {
      const attempt = { kind: 'sign-in', account: email, ip: device.ip } as const;
      await limiter.count(attempt);
      const account = await check(email, password);
      if (account === null) {
        log.info({ ip: device.ip }, 'sign-in refused');
        throw new AuthenticationError('wrong_credentials', {}, { message: wrongCredentials });
      }
      await limiter.forgive(attempt);
      await renewHash(account, password);
      if (previousToken !== undefined) await endPrevious(previousToken);
      const token = await createSession(knex, account.id, device, clock.now());
      log.info({ userId: account.id, ip: device.ip }, 'signed in');
      return { token, account };
    },
  };

  async function check(email: string, password: string): Promise<Account | null> {
    const account = await findAccountByEmail(knex, email);
    const isRight = await passwords.verify(password, account?.passwordHash ?? null);
    return isRight && account?.status === 'active' ? account : null;
  }

  async function endPrevious(token: string): Promise<void> {
    await knex('core.sessions').where('token_hash', hashSecret(token)).delete();
    authenticator.refresh();
  }

  /** A password is only known in this moment: the time to store it with today's parameters. */
  async function renewHash({ id, passwordHash }: Account, password: string): Promise<void> {
    if (passwordHash === null || !passwords.isOutdated(passwordHash)) return;
    await writePasswordHash(knex, id, await passwords.hash(password), clock.now());
  }
}

/** The same whatever was wrong: nobody learns who has an account. */
const wrongCredentials = 'The e-mail address or the password is wrong.';
