import { createHash } from 'node:crypto';
import { MalformedError } from '@trellis-crm/sdk';
import type { Caller } from '../../auth/authenticator.js';
import { actorKey } from '../../kernel/plugin-identity.js';
import type { CookieJar } from '../cookies.js';
import type { Endpoint } from '../endpoint.js';
import type { RawBody } from '../read-input.js';
import type { Exchange } from '../request-state.js';

/** What makes a POST the same as an earlier one. */
export interface RequestKey {
  /** Whose key it is: the same one of somebody else is another. */
  readonly actor: string;
  readonly key: string;
  /** SHA-256 of method, address and body. */
  readonly hash: Buffer;
}

/** A POST as it was read. */
export interface KeyedRequest {
  readonly ctx: Exchange;
  readonly endpoint: Endpoint;
  readonly body: RawBody | null;
}

/**
 * The key of a POST that carries one: `Idempotency-Key`, or `_key` of a form. Null without one, and for callers whom nothing tells
 * apart: their keys could meet.
 * @throws MalformedError `idempotency_key_malformed`
 */
export function requestKeyOf(request: KeyedRequest, caller: Caller, cookies: CookieJar): RequestKey | null {
  const { endpoint, ctx, body } = request;
  if (endpoint.method !== 'POST' || endpoint.idempotency === 'ignored') return null;
  const key = givenKey(ctx, body);
  if (key === null) return null;
  if (!printable.test(key))
    throw new MalformedError(
      'idempotency_key_malformed',
      {},
      { message: 'Idempotency-Key takes 1 to 255 printable ASCII characters' },
    );
  const actor = actorOf(caller, cookies);
  return actor === null ? null : { actor, key, hash: hashOf(request) };
}

const printable = /^[\x20-\x7e]{1,255}$/;

function givenKey(ctx: Exchange, body: RawBody | null): string | null {
  return body?.form?.key ?? ctx.req.headersDistinct['idempotency-key']?.join(', ') ?? null;
}

function actorOf({ identity }: Caller, cookies: CookieJar): string | null {
  if (identity.kind !== 'anonymous') return actorKey(identity);
  const guest = cookies.guestToken();
  return guest === null ? null : `guest:${createHash('sha256').update(guest).digest('base64url')}`;
}

/** A stream is read by its handler, so of an upload only the address counts; files of a form count by their content. */
function hashOf({ ctx, body }: KeyedRequest): Buffer {
  const { form, value, files = [] } = body ?? { form: null, value: undefined };
  const sent = files.map(({ field, name, content }) => [field, name ?? null, content.sha256]);
  return createHash('sha256')
    .update(`${ctx.method} ${ctx.path}${ctx.search}\n`)
    .update(JSON.stringify([value ?? null, form?.version ?? null, ...sent]))
    .digest();
}
