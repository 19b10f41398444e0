import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Address of the caller. Of the forwarded ones only those count that our own proxies appended: with `hops` proxies the
 * last `hops` entries, so what a caller writes into the header himself is never believed.
 */
export function clientAddress(request: IncomingMessage, hops: number): string {
  const socket = plain(request.socket.remoteAddress ?? '');
  if (hops === 0) return socket;
  const forwarded = listOf(request.headers['x-forwarded-for']).slice(-hops);
  const first = plain(forwarded[0] ?? '');
  return isIP(first) === 0 ? socket : first;
}

/** Whether the caller's side of the connection is encrypted, as far as a trusted proxy says so. */
export function isForwardedHttps(request: IncomingMessage, hops: number): boolean {
  return hops > 0 && listOf(request.headers['x-forwarded-proto']).at(-1) === 'https';
}

/** Address a rate limit counts: an IPv6 caller owns at least a /64, so that is one. @param bits of a wider network, which one provider gave out */
export function limitedAddress(address: string, bits: 48 | 64 = 64): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail = ''] = address.split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, bits / 16).join(':')}::/${bits}`;
}

function listOf(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((entry) => entry.trim());
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '');
}
