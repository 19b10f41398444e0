import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { AddressRules } from './address-rules.js';
import { addressRefused } from './target.js';

/** Finds all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The system's own way to find them. */
export const systemResolve: Resolve = (host) => lookup(host, { all: true });

/**
 * The look-up of a connection: what it hands on is what was decided about, so a name that answers differently the next time
 * gains nothing.
 */
export function pinnedLookup(rules: AddressRules, resolve: Resolve): LookupFunction {
  return (host, options, answer) => {
    resolve(host)
      .then((all) => {
        const addresses = all.filter(({ address }) => rules.isAllowed(address));
        if (all.length > 0 && addresses.length === 0) throw addressRefused(host);
        return ofFamily(addresses, options);
      })
      .then(
        (addresses) => {
          const [{ address, family } = { address: '', family: 4 }] = addresses;
          if (options.all === true) answer(null, [...addresses]);
          else answer(null, address, family);
        },
        (error: unknown) => answer(error instanceof Error ? error : new Error(String(error)), []),
      );
  };
}

function ofFamily(addresses: readonly LookupAddress[], { family = 0 }: LookupOptions): readonly LookupAddress[] {
  const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
  const fitting = wanted === 0 ? addresses : addresses.filter((one) => one.family === wanted);
  if (fitting.length > 0) return fitting;
  throw Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
}
