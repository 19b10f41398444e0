import type { InjectionToken } from 'tsyringe';
import type { Generation } from '../kernel/generation.js';
import type { Identity } from './identity.js';
import type { Session } from './session.js';

/** What a request presents to show who it is; at most one of them counts, the bearer token first. */
export interface Credentials {
  readonly bearer: string | null;
  readonly sessionToken: string | null;
  /** Value of `Accept-Language`: what those read who have not signed in; the workspace's language when left out. */
  readonly acceptLanguage?: string | undefined;
}

/** Who asks, and the browser session it came with. */
export interface Caller {
  readonly identity: Identity;
  /** Null for tokens and anonymous callers. */
  readonly session: Session | null;
}

/** Tells who presents credentials. */
export interface Authenticator {
  /**
   * Without waiting when it is known; the same caller is the same object then, so what depends on it may be kept beside it.
   * An unknown or ended session is an anonymous caller; a wrong token is an error, since its sender relies on it.
   * @throws AuthenticationError `invalid_token`
   */
  authenticate(credentials: Credentials, generation: Generation): Caller | Promise<Caller>;
  /** Forgets who is who, after a change of access in this process; other processes hear of it from the database. */
  refresh(): void;
}

/** The workspace's authenticator. */
export const Authenticator: InjectionToken<Authenticator> = Symbol('Authenticator');
