import type { Logger } from 'pino';
import { createLineWriter } from '../logging/line-writer.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Endpoint } from './endpoint.js';
import type { Exchange } from './request-state.js';

/** One line per request. It names the route, not the path asked for: paths may hold invitation and reset tokens. */
export function logAccess(log: Logger, metrics?: Metrics): (ctx: Exchange) => void {
  const write = createLineWriter(log, 'info', 'request');
  const writeQuietly = createLineWriter(log, 'debug', 'request');
  return (ctx) => {
    const startedAt = performance.now();
    ctx.res.on('close', () => {
      const durationMs = performance.now() - startedAt;
      const status = statusOf(ctx);
      const { method } = ctx;
      const { endpoint } = ctx.state;
      const { path: route = null, module = 'core' } = endpoint ?? {};
      metrics?.observe({ method, route, module, status, seconds: durationMs / 1000 });
      (quietRoutes.has(ctx.path) ? writeQuietly : write)(toFields(ctx, status, durationMs));
    });
  };
}

/** Asked every few seconds by whatever watches the server. */
const quietRoutes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** 499 stands for a client that did not wait for its answer. */
function statusOf({ res }: Exchange): number {
  return res.headersSent ? res.statusCode : 499;
}

/** Ids, methods and statuses are of characters that JSON takes as they are. */
function toFields({ state, method }: Exchange, status: number, durationMs: number): string {
  const { requestId, actor, endpoint } = state;
  const userId = JSON.stringify(actor?.userId ?? null);
  return `"requestId":"${requestId}","method":"${method}",${placeOf(endpoint)},"status":${status},"userId":${userId},"durationMs":${Math.round(durationMs)}`;
}

/** Goes with its endpoint. */
const places = new WeakMap<Endpoint, string>();

function placeOf(endpoint: Endpoint | undefined): string {
  if (endpoint === undefined) return '"route":null,"module":"core"';
  let place = places.get(endpoint);
  if (place === undefined)
    places.set(
      endpoint,
      (place = `"route":${JSON.stringify(endpoint.path)},"module":${JSON.stringify(endpoint.module)}`),
    );
  return place;
}
