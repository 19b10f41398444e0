import { Readable } from 'node:stream';
import type { CookieJar } from './cookies.js';
import type { Endpoint, EndpointResponse } from './endpoint.js';
import type { Exchange } from './request-state.js';

/** Writes an endpoint's answer: its body, with the headers every answer of the surface has unless it says otherwise. */
export function present(ctx: Exchange, endpoint: Endpoint, response: EndpointResponse, cookies: CookieJar): void {
  ctx.status = response.status;
  setHeaders(ctx, endpoint, response);
  for (const cookie of response.cookies ?? []) cookies.set(cookie);
  if (isUnchanged(ctx, response)) answerUnchanged(ctx, response);
  else setBody(ctx, response.body);
}

function setHeaders(ctx: Exchange, endpoint: Endpoint, response: EndpointResponse): void {
  ctx.set('Cache-Control', endpoint.surface === 'api' ? 'no-store' : 'private, no-store');
  if (endpoint.surface === 'page') ctx.vary('HX-Request, HX-Request-Type');
  if (response.body !== null) {
    ctx.set(
      'Content-Type',
      endpoint.surface === 'api' ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    );
  }
  for (const [name, value] of Object.entries(response.headers ?? {})) ctx.set(name, value);
}

function setBody(ctx: Exchange, body: EndpointResponse['body']): void {
  // Koa turns a null body into 204, takes the length of a text, and pipes a stream; objects we write ourselves, because it
  // would replace the content type.
  if (body === null) ctx.body = isEmptyStatus(ctx.status) ? null : '';
  else if (typeof body === 'string' || Buffer.isBuffer(body) || body instanceof Readable) ctx.body = body;
  else ctx.body = JSON.stringify(body);
}

function isEmptyStatus(status: number): boolean {
  return status === 204 || status === 304;
}

/** Whether a reader already has this version. */
function isUnchanged(ctx: Exchange, response: EndpointResponse): boolean {
  const etag = response.headers?.['ETag'] ?? response.headers?.['etag'];
  if (etag === undefined || response.status !== 200 || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return false;
  const known = ctx
    .get('If-None-Match')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag.replace(/^W\//, ''));
}

function answerUnchanged(ctx: Exchange, { body }: EndpointResponse): void {
  if (body instanceof Readable) body.destroy();
  ctx.status = 304;
  ctx.body = null;
}
