import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Server as NetServer, type AddressInfo } from 'node:net';
import type Koa from 'koa';
import { readTarget, refuseTarget } from './request-target.js';
import type { RequestState } from './request-state.js';

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  readonly server: Server;
  /** Takes no new connections, lets requests under way finish for at most `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Starts to listen; port 0 takes any free one. @throws the system's error, `EADDRINUSE` for a taken port */
export async function listen(
  app: Koa<RequestState>,
  address: { readonly host: string; readonly port: number },
): Promise<HttpServer> {
  const handle = app.callback();
  const server = createServer(limits, (request, response) => {
    if (readTarget(request)) void handle(request, response);
    else refuseTarget(response);
  });
  server.setTimeout(idleTimeoutMs);
  server.listen({ port: address.port, host: address.host, backlog });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server, close: (graceMs) => close(server, graceMs) };
}

/** Connections that wait to be accepted: one for which there is no room tries again only after seconds. The system may allow fewer. */
const backlog = 4096;

/** A connection on which nothing moves for so long in the middle of a request or answer is cut; event streams beat. */
const idleTimeoutMs = 120_000;

/** Head of a request within 10 s, all of it within 5 min; a proxy's idle connection outlives the proxy's own limit of 60 s. */
const limits = {
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: true,
};

/**
 * The close of http cuts idle connections at once, just when a client may be sending its next request on one. So only
 * listening ends at once: for a moment each answer tells its client to connect anew, and what is idle then is cut.
 */
async function close(server: Server, graceMs: number): Promise<void> {
  const closed = once(server, 'close');
  NetServer.prototype.close.call(server);
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  const idle = setTimeout(() => server.closeIdleConnections(), Math.min(500, graceMs / 10));
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(idle);
  clearTimeout(late);
}
