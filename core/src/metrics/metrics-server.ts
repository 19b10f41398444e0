import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '@trellis-crm/config';
import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import type { MetricsSnapshot } from './metrics.js';

/** Answers whoever watches the installation. */
export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Where it listens, and whom it asks. */
export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  /** What each process measured; those that do not answer are left out. */
  collect(): Promise<readonly MetricsSnapshot[]>;
}

/** Serves `/metrics` in the text format of Prometheus: one scrape sees all processes, counters added up. @throws StartError */
export async function serveMetrics({ host, port, collect }: MetricsServerOptions): Promise<MetricsServer> {
  const server = createServer((request, response) => void answer(request, response, collect));
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new StartError(`The metrics cannot be served on ${host}:${port}`, {
      reason: error instanceof Error ? error.message : String(error),
      fix: 'choose another TRELLIS_METRICS_PORT or TRELLIS_METRICS_HOST',
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  collect: MetricsServerOptions['collect'],
): Promise<void> {
  if (request.url !== '/metrics' || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(404).end();
    return;
  }
  try {
    const text = await toText(await collect());
    response.writeHead(200, { 'content-type': Registry.PROMETHEUS_CONTENT_TYPE }).end(text);
  } catch {
    // Whoever scrapes sees that there is nothing; the processes' own log says why.
    response.writeHead(503).end();
  }
}

async function toText(snapshots: readonly MetricsSnapshot[]): Promise<string> {
  const supervisor = new Registry();
  const gauge = (name: string, help: string, value: number): void =>
    new Gauge({ name, help, registers: [supervisor] }).set(value);
  gauge('trellis_processes', 'Server processes that answered', snapshots.length);
  gauge('trellis_supervisor_resident_bytes', 'Memory of the supervisor', process.memoryUsage.rss());
  const processes = AggregatorRegistry.aggregate(snapshots.map((snapshot) => [...snapshot]));
  return `${await supervisor.metrics()}\n${await processes.metrics()}\n`;
}
