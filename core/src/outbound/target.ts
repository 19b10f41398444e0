import { isIP } from 'node:net';
import { MalformedError } from '@trellis-crm/sdk';
import type { AddressRules } from './address-rules.js';

/**
 * Checks an address as it is written; one with a name is decided on when the name is looked up.
 * @throws MalformedError `outbound_url_invalid` for anything but http and https, and for addresses with a password,
 *   `outbound_address_refused` for an IP address that is not allowed
 */
export function checkTarget(text: string, rules: AddressRules, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null || !protocols.has(url.protocol) || url.username !== '' || url.password !== '')
    throw new MalformedError('outbound_url_invalid');
  const host = hostOf(url);
  if (isIP(host) > 0 && !rules.isAllowed(host)) throw addressRefused(host);
  return url;
}

/** Host name or address without the brackets of IPv6. `URL` has turned decimal, octal and hexadecimal forms into the usual one. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** What is thrown when nothing that a name leads to is allowed. */
export function addressRefused(host: string): MalformedError {
  return new MalformedError(
    'outbound_address_refused',
    { host },
    { message: `${host} is a private address, which the configuration (outboundAllow) does not allow` },
  );
}

const protocols: ReadonlySet<string> = new Set(['http:', 'https:']);
