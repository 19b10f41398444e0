import type { IncomingMessage, ServerResponse } from 'node:http';
import type Koa from 'koa';
import type { Identity } from '../auth/identity.js';
import type { CallScope } from '../logging/call-scope.js';
import type { Endpoint } from './endpoint.js';

/** What the pipeline knows about a request beyond what was sent. */
export interface RequestState {
  requestId: string;
  /** What log lines and slow statements of this request are told with. */
  scope: CallScope;
  /** Who asks; undefined until the request is authenticated. */
  actor?: Identity;
  /** What answers; undefined until it is found. */
  endpoint?: Endpoint;
}

/** A request on its way through the pipeline, and its answer as it grows: what we use of Koa's context, for which others may stand in. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly state: RequestState;
  readonly method: string;
  /** Path and query as asked for. */
  readonly url: string;
  readonly path: string;
  /** Without its question mark. */
  readonly querystring: string;
  /** With it; empty without query. */
  readonly search: string;
  readonly cookies: Koa.Context['cookies'];
  status: number;
  /** Text, bytes, a stream, or an object that is sent as JSON; null for none. */
  body: unknown;
  /** Value of a header of the request; empty without. */
  get(name: string): string;
  set(name: string, value: string): void;
  set(headers: Readonly<Record<string, string>>): void;
  remove(name: string): void;
  /** Says that the answer depends on headers of the request. */
  vary(names: string): void;
}

/** One step of the pipeline. @returns whether it answered, so that none after it is asked */
export type Step = (ctx: Exchange) => boolean | Promise<boolean>;

/** Whether the caller expects JSON: everything below `/api/`. */
export function isApi(ctx: Exchange): boolean {
  return (ctx.state.endpoint?.surface ?? (ctx.path.startsWith('/api/') ? 'api' : 'page')) === 'api';
}

/** Whether htmx asks for a part of the page and not for the whole. */
export function isPartial(ctx: Exchange): boolean {
  return ctx.get('HX-Request-Type') === 'partial';
}
