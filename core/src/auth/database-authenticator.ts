import { AuthenticationError, type Clock, type PermissionKey, type Reach, type WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { Signals } from '../database/signals.js';
import { csrfTokenOf } from '../http/csrf.js';
import { preferredLanguage } from '../views/preferred-language.js';
import type { Generation } from '../kernel/generation.js';
import { AccessCache } from './access-cache.js';
import { findToken, touchToken, type FoundToken } from './api-token-store.js';
import type { Authenticator, Caller, Credentials } from './authenticator.js';
import type { Identity } from './identity.js';
import type { Roles } from './roles.js';
import { hashSecretText } from './secret.js';
import { findSession, touchSession, type FoundSession } from './session-store.js';
import { anonymousIdentity } from './special-identities.js';
import { userIdentity } from './user-facts.js';

/** What the authenticator needs from elsewhere. */
export interface AuthenticatorParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly roles: Roles;
  readonly log: BaseLogger;
  readonly info: () => WorkspaceInfo;
}

/**
 * Looks sessions and tokens up in the database and remembers who they belong to for seconds. A caller that is known, whose
 * role is known, is told without waiting: that is nearly every request.
 */
export class DatabaseAuthenticator implements Authenticator {
  /** By hash: secrets themselves are not kept in memory. */
  readonly #sessions: AccessCache<string, FoundSession | null>;
  readonly #tokens: AccessCache<string, FoundToken | null>;
  /** Callers made of what was found, as long as that is kept. */
  readonly #callers = new WeakMap<FoundSession | FoundToken, KnownCaller>();

  constructor(private readonly parts: AuthenticatorParts) {
    this.#sessions = new AccessCache(parts.clock, parts.signals);
    this.#tokens = new AccessCache(parts.clock, parts.signals);
  }

  authenticate(
    { bearer, sessionToken, acceptLanguage = '' }: Credentials,
    generation: Generation,
  ): Caller | Promise<Caller> {
    if (bearer !== null) return this.#byToken(bearer, generation);
    const anonymous = (): Caller => this.#anonymous(acceptLanguage, generation);
    if (sessionToken === null) return anonymous();
    return after(this.#session(sessionToken), (session) => {
      if (session === null) return anonymous();
      return this.#callerOf(session, generation, (identity) => ({
        identity,
        session: { id: session.id, userId: session.user.id, csrfToken: csrfTokenOf(sessionToken) },
      }));
    });
  }

  refresh(): void {
    this.#sessions.clear();
    this.#tokens.clear();
  }

  #anonymous(acceptLanguage: string, { views }: Generation): Caller {
    const { locale, timeZone } = this.parts.info();
    const preferred = acceptLanguage === '' ? null : preferredLanguage(acceptLanguage, views.languages);
    return { identity: anonymousIdentity({ locale: preferred ?? locale, timeZone }), session: null };
  }

  #byToken(secret: string, generation: Generation): Caller | Promise<Caller> {
    const { knex, clock } = this.parts;
    const found = this.#tokens.get(hashSecretText(secret), async () => {
      const token = await findToken(knex, secret, clock.now());
      if (token !== null) this.#touch(token.lastUsedAt, (now) => touchToken(knex, token.id, now));
      return token;
    });
    return after(found, (token) => {
      if (token === null) throw new AuthenticationError('invalid_token');
      return this.#callerOf(token, generation, (identity) => ({ identity, session: null }));
    });
  }

  /** Made anew only when the rights of the role or the workspace's language and zone are others. */
  #callerOf(
    found: FoundSession | FoundToken,
    generation: Generation,
    toCaller: (identity: Identity) => Caller,
  ): Caller | Promise<Caller> {
    const place = this.parts.info();
    return after(this.parts.roles.grants(generation, found.user.roleKey), (grants) => {
      const known = this.#callers.get(found);
      if (known?.grants === grants && known.place === place) return known.caller;
      const scopes = 'scopes' in found ? found.scopes : null;
      const caller = toCaller(userIdentity(found.user, grants, place, scopes));
      this.#callers.set(found, { grants, place, caller });
      return caller;
    });
  }

  #session(token: string): FoundSession | null | Promise<FoundSession | null> {
    const { knex, clock } = this.parts;
    return this.#sessions.get(hashSecretText(token), async () => {
      const session = await findSession(knex, token, clock.now());
      if (session !== null) this.#touch(session.lastSeenAt, (now) => touchSession(knex, session.id, now));
      return session;
    });
  }

  /** Nobody waits for the note that something was used, and it is written every few minutes only. */
  #touch(last: Date | null, write: (now: Date) => Promise<void>): void {
    const now = this.parts.clock.now();
    if (last !== null && now.getTime() - last.getTime() < touchEveryMs) return;
    write(now).catch((error: unknown) => this.parts.log.debug({ err: error }, 'use of a session was not noted'));
  }
}

interface KnownCaller {
  readonly caller: Caller;
  readonly grants: ReadonlyMap<PermissionKey, Reach>;
  readonly place: WorkspaceInfo;
}

/** Goes on at once with what is there already, and later with what is not. */
function after<T, R>(value: T | Promise<T>, next: (value: T) => R | Promise<R>): R | Promise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}

const touchEveryMs = 5 * 60_000;
