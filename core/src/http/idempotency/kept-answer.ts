import { PluginError } from '@trellis-crm/sdk';
import type { Endpoint, EndpointResponse } from '../endpoint.js';

/** An answer as it is kept, to be given again byte by byte. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: NonNullable<EndpointResponse['cookies']>;
  readonly body: string | null;
}

/**
 * What can be kept of an answer; null for markup, which carries tokens of the session that asked.
 * @throws PluginError `answer_not_keepable` for bytes and streams: such an endpoint must not say `idempotency: 'answer'`
 */
export function keepableAnswer({ surface, path }: Endpoint, response: EndpointResponse): KeptAnswer | null {
  const body = textOf(response.body);
  if (body === undefined) throw new PluginError('answer_not_keepable', { path });
  if (surface === 'page' && body !== null && body !== '') return null;
  return { status: response.status, headers: response.headers ?? {}, cookies: response.cookies ?? [], body };
}

/** The answer once more, and that it is. */
export function replayed({ status, headers, cookies, body }: KeptAnswer): EndpointResponse {
  return { status, headers: { ...headers, 'Idempotency-Replayed': 'true' }, cookies, body };
}

/** The answer in the very bytes that are kept. */
export function asKept(response: EndpointResponse): EndpointResponse {
  const body = textOf(response.body);
  return body === undefined ? response : { ...response, body };
}

function textOf(body: EndpointResponse['body']): string | null | undefined {
  if (body === null || typeof body === 'string') return body;
  return Buffer.isBuffer(body) || 'pipe' in body ? undefined : JSON.stringify(body);
}
