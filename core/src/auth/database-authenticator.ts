import { AuthenticationError, type Clock, type WorkspaceInfo } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { Signals } from '../database/signals.js';
import { csrfTokenOf } from '../http/csrf.js';
import type { Generation } from '../kernel/generation.js';
import { AccessCache } from './access-cache.js';
import { findToken, touchToken, type FoundToken } from './api-token-store.js';
import type { Authenticator, Caller } from './authenticator.js';
import type { Roles } from './roles.js';
import { hashSecret } from './secret.js';
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

/** Looks sessions and tokens up in the database and remembers who they belong to for seconds. */
export class DatabaseAuthenticator implements Authenticator {
  readonly #sessions: AccessCache<string, FoundSession | null>;
  readonly #tokens: AccessCache<string, FoundToken | null>;

  constructor(private readonly parts: AuthenticatorParts) {
    this.#sessions = new AccessCache(parts.clock, parts.signals);
    this.#tokens = new AccessCache(parts.clock, parts.signals);
  }

  async authenticate(
    { bearer, sessionToken }: { readonly bearer: string | null; readonly sessionToken: string | null },
    generation: Generation,
  ): Promise<Caller> {
    if (bearer !== null) return this.#byToken(bearer, generation);
    const session = sessionToken === null ? null : await this.#session(sessionToken);
    if (session === null || sessionToken === null)
      return { identity: anonymousIdentity(this.parts.info()), session: null };
    const grants = await this.parts.roles.grants(generation, session.user.roleKey);
    return {
      identity: userIdentity(session.user, grants, this.parts.info()),
      session: { id: session.id, userId: session.user.id, csrfToken: csrfTokenOf(sessionToken) },
    };
  }

  refresh(): void {
    this.#sessions.clear();
    this.#tokens.clear();
  }

  async #byToken(secret: string, generation: Generation): Promise<Caller> {
    const { knex, clock, roles, info } = this.parts;
    const found = await this.#tokens.get(keyOf(secret), async () => {
      const token = await findToken(knex, secret, clock.now());
      if (token !== null) this.#touch(token.lastUsedAt, (now) => touchToken(knex, token.id, now));
      return token;
    });
    if (found === null) throw new AuthenticationError('invalid_token');
    const grants = await roles.grants(generation, found.user.roleKey);
    return { identity: userIdentity(found.user, grants, info(), found.scopes), session: null };
  }

  #session(token: string): Promise<FoundSession | null> {
    const { knex, clock } = this.parts;
    return this.#sessions.get(keyOf(token), async () => {
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

const touchEveryMs = 5 * 60_000;

/** Secrets themselves are not kept in memory. */
function keyOf(secret: string): string {
  return hashSecret(secret).toString('base64');
}
