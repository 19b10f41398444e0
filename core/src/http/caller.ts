import { AuthenticationError, ForbiddenError } from '@trellis-crm/sdk';
import type { Caller, Credentials } from '../auth/authenticator.js';
import type { CookieJar } from './cookies.js';
import { checkToken, originOf, refuseCrossSite } from './csrf.js';
import type { Endpoint } from './endpoint.js';
import type { RawBody } from './read-input.js';
import type { Exchange } from './request-state.js';

/** Cookie of a browser's session. */
export const sessionCookie = 'trellis_session';

/** What a request presents: a bearer token to the API, else the session cookie. */
export function credentialsOf(ctx: Exchange, endpoint: Endpoint, cookies: CookieJar): Credentials {
  if (endpoint.caller === 'nobody')
    return { bearer: null, sessionToken: null, acceptLanguage: ctx.req.headers['accept-language'] };
  const authorization = ctx.req.headers.authorization ?? '';
  if (endpoint.surface === 'page' || authorization === '')
    return {
      bearer: null,
      sessionToken: cookies.get(sessionCookie) ?? null,
      acceptLanguage: ctx.req.headers['accept-language'],
    };
  const bearer = /^Bearer ([\w.~+/-]{1,200}=*)$/i.exec(authorization)?.[1];
  if (bearer === undefined) throw new AuthenticationError('invalid_token');
  return { bearer, sessionToken: null };
}

/** @throws AuthenticationError, ForbiddenError `permission_missing` or `scope_missing` */
export function checkAccess(endpoint: Endpoint, { identity }: Caller): void {
  const { access } = endpoint;
  if (access === 'public') return;
  if (identity.kind === 'anonymous') throw new AuthenticationError('not_signed_in');
  if (access === 'signed-in') checkScope(endpoint, identity.scopes);
  else if (identity.reach(access) === null) throw new ForbiddenError('permission_missing', { permission: access });
}

/**
 * Refuses a change that another site asked for, or whose token is missing. Bearer tokens are not sent by browsers on their
 * own, so they need none; neither does an API call without any session, which has nothing to misuse, nor what anybody may do
 * from anywhere.
 */
export function checkForgery(
  request: { readonly ctx: Exchange; readonly endpoint: Endpoint; readonly body: RawBody | null },
  caller: Caller & { readonly usesBearer: boolean },
  cookies: CookieJar,
  publicUrl: string,
): void {
  if (caller.usesBearer || isForAnybody(request.endpoint)) return;
  refuseCrossSite(request.ctx, publicUrl);
  if (hasNothingToMisuse(request.endpoint, caller)) return;
  const given = givenToken(request);
  if (given === null && isUploadFromHere(request, publicUrl)) return;
  checkToken(given, caller.session?.csrfToken ?? cookies.guestToken());
}

function isForAnybody({ method, caller }: Endpoint): boolean {
  return method === 'GET' || caller === 'nobody';
}

function hasNothingToMisuse(endpoint: Endpoint, { session }: Caller): boolean {
  return session === null && endpoint.surface === 'api';
}

function givenToken({ ctx, body }: { readonly ctx: Exchange; readonly body: RawBody | null }): string | null {
  // The field first: it was rendered with its form, the header with the page around it, which may be older than a sign-in.
  return body?.form?.csrf ?? (ctx.get('X-CSRF-Token') || null);
}

/** The token field of an upload is inside the stream, which nobody has read yet; a browser that names this site is enough. */
function isUploadFromHere(
  { ctx, endpoint }: { readonly ctx: Exchange; readonly endpoint: Endpoint },
  publicUrl: string,
): boolean {
  return endpoint.input?.body?.kind === 'stream' && originOf(ctx, publicUrl) === 'same';
}

/** A token narrowed to some rights may look, but not do what no right names. */
function checkScope(endpoint: Endpoint, scopes: readonly string[] | null): void {
  if (scopes !== null && endpoint.method !== 'GET') throw new ForbiddenError('scope_missing');
}
