import type { Logger } from 'pino';
import type { Exchange, Step } from './request-state.js';

/** One line per request. It names the route, not the path asked for: paths may hold invitation and reset tokens. */
export function logAccess(log: Logger): Step {
  return async (ctx, next) => {
    const startedAt = performance.now();
    ctx.res.once('close', () => {
      const fields = { ...describe(ctx), durationMs: Math.round(performance.now() - startedAt) };
      log[quietRoutes.has(ctx.path) ? 'debug' : 'info'](fields, 'request');
    });
    await next();
  };
}

/** Asked every few seconds by whatever watches the server. */
const quietRoutes: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** What is worth knowing about a request; 499 stands for a client that did not wait for its answer. */
function describe(ctx: Exchange): object {
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
