import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Config } from '@trellis-crm/config';
import { openConfiguredDatabase } from './database/configured-database.js';
import { createLog } from './logging/create-log.js';

/** One process that serves requests. */
export interface RunningServer {
  /** Where people on this machine reach it. */
  readonly url: string;
  /** Stops listening, finishes what runs, and ends every connection. */
  stop(): Promise<void>;
}

/** Starts serving, in this process. @throws StartError, or what `listen` failed with */
export async function startServer(config: Config): Promise<RunningServer> {
  const log = createLog(config, 'server');
  const opened = await openConfiguredDatabase(config, log);
  const server = createServer((request, response) => {
    if (request.url === '/healthz') answer(response, 200);
    else if (request.url === '/readyz') {
      opened.database.ping().then(
        () => {
          answer(response, 200);
        },
        () => {
          answer(response, 503);
        },
      );
    } else answer(response, 404);
  });
  opened.onGone((error) => {
    log.error({ err: error }, 'this process starts anew');
    process.kill(process.pid, 'SIGTERM');
  });
  await listen(server, config);
  return {
    url: urlOf(server, config),
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      await opened.close();
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
}

function listen(server: Server, { host, port }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
}

function urlOf(server: Server, { host, port }: Config): string {
  const address = server.address();
  const found = typeof address === 'object' && address !== null ? address.port : port;
  const isLocal = ['127.0.0.1', '0.0.0.0', '::', '::1', 'localhost'].includes(host);
  return `http://${isLocal ? 'localhost' : host}:${found}`;
}
