import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Server as NetServer, Socket, type AddressInfo } from 'node:net';
import type Koa from 'koa';
import { readTarget, refuseTarget } from './request-target.js';
import type { RequestState } from './request-state.js';

/** Where to listen: at an address, or on a socket that was bound to one already, through each of its descriptors. */
export type ListenPlace =
  { readonly host: string; readonly port: number } | { readonly descriptors: readonly number[] };

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  /** Takes no new connections, lets requests under way finish for at most `graceMs`, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** Starts to listen; port 0 takes any free one. @throws the system's error, `EADDRINUSE` for a taken port */
export async function listen(app: Koa<RequestState>, place: ListenPlace): Promise<HttpServer> {
  const handle = app.callback();
  const openDoor = (): Server =>
    createServer(limits, (request, response) => {
      if (readTarget(request)) void handle(request, response);
      else refuseTarget(response);
    }).setTimeout(idleTimeoutMs);
  const doors =
    'descriptors' in place
      ? place.descriptors.map((fd) => openDoor().listen(holderOf(fd), backlog))
      : [openDoor().listen({ port: place.port, host: place.host, backlog })];
  await Promise.all(doors.map((door) => once(door, 'listening')));
  return { port: (doors[0]?.address() as AddressInfo).port, close: (graceMs) => close(doors, graceMs) };
}

/** Given a bare descriptor, a process of a cluster would ask its supervisor to open it there. */
function holderOf(fd: number): Socket {
  return new Socket({ fd, readable: false, writable: false });
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
async function close(doors: readonly Server[], graceMs: number): Promise<void> {
  const closed = Promise.all(doors.map((door) => once(door, 'close')));
  for (const door of doors) {
    NetServer.prototype.close.call(door);
    door.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  }
  const each = (act: (door: Server) => void) => () => doors.forEach(act);
  const idle = setTimeout(
    each((door) => door.closeIdleConnections()),
    Math.min(500, graceMs / 10),
  );
  const late = setTimeout(
    each((door) => door.closeAllConnections()),
    graceMs,
  );
  await closed;
  clearTimeout(idle);
  clearTimeout(late);
}
