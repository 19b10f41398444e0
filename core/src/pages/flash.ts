import type { EndpointRequest, EndpointResponse } from '../http/endpoint.js';

/** A message for the page that comes after a form was taken. */
export interface Flash {
  readonly text: string;
  readonly tone?: 'ok' | 'bad';
  /** Address that takes it back by POST; offered for 8 seconds. */
  readonly undoAction?: string;
}

type Cookie = NonNullable<EndpointResponse['cookies']>[number];

const cookieName = 'flash';

/** Keeps the message for the next page this browser asks for. */
export function flashCookie(flash: Flash): Cookie {
  return { name: cookieName, value: Buffer.from(JSON.stringify(flash)).toString('base64url'), maxAgeSeconds: 30 };
}

/** Ends a message that was shown. */
export const spentFlash: Cookie = { name: cookieName, value: null };

/** The message left by the request before; null when there is none or it cannot be read. */
export function readFlash({ cookie }: Pick<EndpointRequest, 'cookie'>): Flash | null {
  const raw = cookie(cookieName);
  if (raw === undefined) return null;
  try {
    return flashIn(JSON.parse(Buffer.from(raw, 'base64url').toString()) as unknown);
  } catch {
    return null;
  }
}

function flashIn(value: unknown): Flash | null {
  if (typeof value !== 'object' || value === null) return null;
  const { text, tone, undoAction } = value as Readonly<Record<string, unknown>>;
  if (typeof text !== 'string') return null;
  const isPath = typeof undoAction === 'string' && undoAction.startsWith('/');
  return { text, ...(tone === 'bad' ? { tone } : {}), ...(isPath ? { undoAction } : {}) };
}
