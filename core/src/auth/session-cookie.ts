import type { EndpointResponse } from '../http/endpoint.js';
import { sessionCookie } from '../http/caller.js';
import { sessionMaxMs } from './session-store.js';

type Cookie = NonNullable<EndpointResponse['cookies']>[number];

/** Gives the browser its session; the server decides when it ends. */
export function beginCookie(token: string): Cookie {
  return { name: sessionCookie, value: token, maxAgeSeconds: sessionMaxMs / 1000 };
}

/** Takes the session from the browser. */
export const endCookie: Cookie = { name: sessionCookie, value: null };
