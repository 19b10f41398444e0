import { randomUUID } from 'node:crypto';
import type { Exchange } from './request-state.js';

/** Gives each request an id that appears in its answer, its problem and its log line; that of a trusted proxy is kept. */
export function identifyRequest(trustProxy: number): (ctx: Exchange) => void {
  return (ctx) => {
    const given = trustProxy > 0 ? ctx.get('X-Request-Id') : '';
    ctx.state.requestId = /^[\w.-]{8,64}$/.test(given) ? given : randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    ctx.state.scope = { requestId: ctx.state.requestId, module: 'core', what: 'request' };
  };
}
