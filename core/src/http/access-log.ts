import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.js';
import type { Exchange, Step } from './request-state.js';

/** One line per request. It names the route, not the path asked for: paths may hold invitation and reset tokens. */
export function logAccess(log: Logger, metrics?: Metrics): Step {
  // These fields hold no secret; looking for some in every line would cost more than writing it.
  const lines = log.child({}, { redact: [] });
  return (ctx, next) => {
    const startedAt = performance.now();
    ctx.res.once('close', () => {
      const durationMs = performance.now() - startedAt;
      const described = describe(ctx);
      metrics?.observe({ ...described, seconds: durationMs / 1000 });
      const fields = { ...described, durationMs: Math.round(durationMs) };
      lines[quietRoutes.has(ctx.path) ? 'debug' : 'info'](fields, 'request');
    });
    return next();
  };
}

/** Asked every few seconds by whatever watches the server. */
const quietRoutes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** What is worth knowing about a request; 499 stands for a client that did not wait for its answer. */
function describe(ctx: Exchange) {
  const { endpoint, requestId, actor } = ctx.state;
  return {
    requestId,
    method: ctx.method,
    route: endpoint?.path ?? null,
    module: endpoint?.module ?? 'core',
    status: ctx.res.headersSent ? ctx.res.statusCode : 499,
    userId: actor?.userId ?? null,
  };
}
