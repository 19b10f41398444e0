import { UpstreamError } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { createAddressRules, type AddressRules } from './address-rules.js';
import { exchange } from './exchange.js';
import type { OutboundRequest, OutboundResponse } from './message.js';
import { pinnedLookup, systemResolve, type Resolve } from './pinned-lookup.js';
import { checkTarget } from './target.js';

/**
 * The one way out of the machine for HTTP. It connects to public addresses and those the configuration allows, whatever the
 * name of the host says later or a redirect leads to.
 */
export interface Outbound {
  /** @throws MalformedError `outbound_url_invalid` or `outbound_address_refused` */
  check(url: string): void;
  /**
   * @throws MalformedError as `check`; UpstreamError `outbound_timed_out`, `outbound_name_not_found`, `outbound_tls_failed`,
   *   `outbound_connection_failed`, `outbound_redirects_exceeded`
   */
  request(request: OutboundRequest): Promise<OutboundResponse>;
}

/** The outbound client of the workspace, in its container. */
export const Outbound: InjectionToken<Outbound> = Symbol('Outbound');

/** What the client is told. */
export interface OutboundOptions {
  /** Private addresses and ranges that may be reached all the same. */
  readonly allow: string;
  /** Finds the addresses of a name; the system unless told. */
  readonly resolve?: Resolve;
}

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 1_048_576;

/** Creates the client. @throws StartError when `allow` cannot be read */
export function createOutbound({ allow, resolve = systemResolve }: OutboundOptions): Outbound {
  const rules = createAddressRules(allow);
  const lookup = pinnedLookup(rules, resolve);
  return {
    check: (url) => void checkTarget(url, rules),
    async request({ timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes, maxRedirects = 0, ...asked }) {
      const limit = AbortSignal.timeout(timeoutMs);
      const signal = asked.signal === undefined ? limit : AbortSignal.any([asked.signal, limit]);
      const first = { ...asked, url: checkTarget(asked.url, rules) };
      return followed(first, { rules, maxRedirects, send: (hop) => exchange({ ...hop, maxBytes, lookup, signal }) });
    },
  };
}

interface Following {
  readonly rules: AddressRules;
  readonly maxRedirects: number;
  send(hop: Hop): Promise<OutboundResponse>;
}

async function followed(first: Hop, { rules, maxRedirects, send }: Following): Promise<OutboundResponse> {
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await send(hop);
    const { location } = answer.headers;
    if (maxRedirects === 0 || location === undefined || !redirectStatuses.has(answer.status)) return answer;
    if (redirects === maxRedirects) throw new UpstreamError('outbound_redirects_exceeded', { maxRedirects });
    hop = nextHop(hop, answer.status, checkTarget(location, rules, hop.url));
  }
}

type Hop = Pick<OutboundRequest, 'method' | 'headers' | 'body'> & { readonly url: URL };

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const repeatingStatuses: ReadonlySet<number> = new Set([307, 308]);

/** As browsers do: only 307 and 308 repeat the request, and what was meant for one origin stays there. */
function nextHop({ method, headers, body, url: from }: Hop, status: number, url: URL): Hop {
  const isRepeated = method === 'GET' || repeatingStatuses.has(status);
  const next = { url, method: isRepeated ? method : ('GET' as const) };
  if (from.origin !== url.origin) return next;
  return { ...next, ...(headers && { headers }), ...(isRepeated && body !== undefined && { body }) };
}
