import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isTrellisError, UpstreamError } from '@trellis-crm/sdk';
import type { OutboundRequest, OutboundResponse } from './message.js';

/** One request and its answer, with all limits set. */
export interface Exchange extends Pick<OutboundRequest, 'method' | 'headers' | 'body'> {
  readonly url: URL;
  readonly maxBytes: number;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
}

/** Sends over a connection of its own: one kept open would be gone as often as not by the time of the next request. */
export async function exchange(asked: Exchange): Promise<OutboundResponse> {
  try {
    const message = await send(asked);
    return {
      status: message.statusCode ?? 0,
      headers: headersOf(message),
      ...(await readBody(message, asked.maxBytes)),
    };
  } catch (error) {
    throw isTrellisError(error) ? error : toUpstreamError(error, asked.signal);
  }
}

function send({ url, method, headers, body, lookup, signal }: Exchange): Promise<IncomingMessage> {
  const options: RequestOptions = {
    ...{ method, lookup, signal, agent: false },
    headers: { 'User-Agent': 'TrellisCRM', 'Accept-Encoding': 'identity', ...headers, Connection: 'close' },
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:' ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function readBody(message: IncomingMessage, maxBytes: number): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    // Leaving the loop ends the connection.
    if (length > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), isCut: length > maxBytes };
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function toUpstreamError(error: unknown, signal: AbortSignal): UpstreamError {
  return new UpstreamError(codeOf(error, signal), {}, { message: reasonOf(error, signal), cause: error });
}

function codeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'outbound_timed_out';
  const code = errorCode(error);
  if (/^E(AI_|NOTFOUND|NODATA)/.test(code)) return 'outbound_name_not_found';
  return /CERT|TLS|SSL|VERIFY|EPROTO/.test(code) ? 'outbound_tls_failed' : 'outbound_connection_failed';
}

/** What is known of the cause, in the words of the system; it names no secret. */
function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'no answer in time';
  const code = errorCode(error);
  return code !== '' ? code : error instanceof Error ? error.message : String(error);
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
