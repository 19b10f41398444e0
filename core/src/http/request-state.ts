import type Koa from 'koa';
import type { Identity } from '../auth/identity.js';
import type { CallScope } from '../logging/call-scope.js';
import type { Endpoint } from './endpoint.js';

/** What the pipeline knows about a request beyond what Koa does. */
export interface RequestState {
  requestId: string;
  /** What log lines and slow statements of this request are told with. */
  scope: CallScope;
  /** Who asks; undefined until the request is authenticated. */
  actor?: Identity;
  /** What answers; undefined until it is found. */
  endpoint?: Endpoint;
}

/** A request on its way through the pipeline. */
export type Exchange = Koa.ParameterizedContext<RequestState>;

/** One step of the pipeline. */
export type Step = Koa.Middleware<RequestState>;

/** Whether the caller expects JSON: everything below `/api/`. */
export function isApi(ctx: Exchange): boolean {
  return (ctx.state.endpoint?.surface ?? (ctx.path.startsWith('/api/') ? 'api' : 'page')) === 'api';
}

/** Whether htmx asks for a part of the page and not for the whole. */
export function isPartial(ctx: Exchange): boolean {
  return ctx.get('HX-Request-Type') === 'partial';
}
