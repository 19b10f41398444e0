import { randomBytes } from 'node:crypto';
import { csrfTokenOf } from './csrf.js';
import type { EndpointResponse } from './endpoint.js';
import type { Exchange } from './request-state.js';

/** The cookies of one exchange. Under https their names carry `__Host-`, so no other host can plant them. */
export class CookieJar {
  #guestSecret: string | undefined;

  constructor(
    private readonly ctx: Exchange,
    private readonly isHttps: boolean,
  ) {}

  get(name: string): string | undefined {
    if (this.ctx.req.headers.cookie === undefined) return undefined;
    return this.ctx.cookies.get(this.#fullName(name));
  }

  /** A `null` value deletes; without `maxAgeSeconds` the cookie ends with the browser. */
  set(cookie: NonNullable<EndpointResponse['cookies']>[number]): void {
    const maxAge = cookie.maxAgeSeconds === undefined ? {} : { maxAge: cookie.maxAgeSeconds * 1000 };
    // The library refuses "secure" when it does not see the encryption itself, which a proxy may have ended.
    this.ctx.cookies.secure = this.isHttps;
    this.ctx.cookies.set(this.#fullName(cookie.name), cookie.value, {
      ...maxAge,
      httpOnly: true,
      sameSite: 'lax',
      secure: this.isHttps,
      path: '/',
      overwrite: true,
    });
  }

  /** CSRF token of a browser without session, bound to a cookie; `null` when it has none yet. */
  guestToken(): string | null {
    const secret = this.get(guestCookie);
    return secret === undefined || secret.length < 20 ? null : csrfTokenOf(secret);
  }

  /** The same, made when there is none. */
  ensureGuestToken(): string {
    const known = this.guestToken();
    if (known !== null) return known;
    if (this.#guestSecret === undefined) {
      this.#guestSecret = randomBytes(32).toString('base64url');
      this.set({ name: guestCookie, value: this.#guestSecret });
    }
    return csrfTokenOf(this.#guestSecret);
  }

  #fullName(name: string): string {
    return this.isHttps ? `__Host-${name}` : name;
  }
}

const guestCookie = 'trellis_guest';
