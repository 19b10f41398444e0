import { createHash, timingSafeEqual } from 'node:crypto';
import { ForbiddenError } from '@trellis-crm/sdk';
import type { Exchange } from './request-state.js';

/** The CSRF token that belongs to a cookie's secret: whoever can read a page has it, another site has not. */
export function csrfTokenOf(secret: string): string {
  return createHash('sha256').update(`csrf:${secret}`).digest('base64url');
}

/** Whether a token is the expected one, in constant time. */
export function isSameToken(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Where a browser says a request comes from: `same`, `other`, or `unknown` for clients that are no browser. */
export type RequestOrigin = 'same' | 'other' | 'unknown';

/** Reads `Sec-Fetch-Site`, else compares `Origin` with our own address and the public one. */
export function originOf(ctx: Exchange, publicUrl: string): RequestOrigin {
  const site = ctx.get('Sec-Fetch-Site');
  if (site !== '') return site === 'same-origin' || site === 'none' ? 'same' : 'other';
  const origin = ctx.get('Origin');
  if (origin === '') return 'unknown';
  const own = [`http://${ctx.get('Host')}`, `https://${ctx.get('Host')}`, originOfUrl(publicUrl)];
  return own.includes(origin) ? 'same' : 'other';
}

/** @throws ForbiddenError `cross_site_request` for a change another site asks for */
export function refuseCrossSite(ctx: Exchange, publicUrl: string): void {
  if (originOf(ctx, publicUrl) === 'other') throw new ForbiddenError('cross_site_request');
}

/** @throws ForbiddenError `csrf_token_wrong` */
export function checkToken(given: string | null, expected: string | null): void {
  if (given === null || expected === null || !isSameToken(given, expected))
    throw new ForbiddenError('csrf_token_wrong');
}

function originOfUrl(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
