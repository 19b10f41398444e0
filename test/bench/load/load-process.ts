import { performance } from 'node:perf_hooks';
import { Connection } from './connection.js';
import type { Effort, LoadOrder, LoadRequest, Round, Workload } from './round.js';
import { quantile } from './statistics.js';

// A process of its own: it measures both sides from outside, and its garbage is nobody's pause.

interface Prepared {
  readonly port: number;
  readonly requests: readonly Buffer[];
  /** Where the next round goes on: each sends other requests than the last. */
  next: number;
}

const workloads = new Map<number, Prepared>();

process.on('message', (order: LoadOrder) => {
  if (order.type === 'workload') workloads.set(order.id, prepare(order.workload));
  else void drive(order.id, order.effort).then(tell, (error: unknown) => tell({ error: String(error) }));
});

function tell(outcome: Round | { readonly error: string }): void {
  process.send?.(outcome);
}

function prepare({ port, requests }: Workload): Prepared {
  return { port, requests: requests.map((request) => toBytes(request, port)), next: 0 };
}

function toBytes({ method, path, headers, body }: LoadRequest, port: number): Buffer {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...headers }).map(([name, value]) => `${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}

/** Asks over all connections at once, as fast as answers come, until the time is over. */
async function drive(id: number, { connections, durationMs }: Effort): Promise<Round> {
  const workload = workloads.get(id);
  if (workload === undefined) throw new Error(`there is no workload ${id}`);
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(workload.port)));
  const tally: Tally = { times: [], failed: 0, failure: null, bytes: 0 };
  const startedAt = performance.now();
  await Promise.all(open.map((connection) => askUntil(startedAt + durationMs, connection, workload, tally)));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const connection of open) connection.close();
  return toRound(tally, seconds);
}

interface Tally {
  readonly times: number[];
  failed: number;
  failure: string | null;
  bytes: number;
}

async function askUntil(end: number, connection: Connection, workload: Prepared, tally: Tally): Promise<void> {
  while (performance.now() < end) {
    const request = workload.requests[workload.next++ % workload.requests.length];
    if (request === undefined) throw new Error('a workload needs requests');
    const sentAt = performance.now();
    const { status, bytes, text } = await connection.ask(request);
    tally.times.push(performance.now() - sentAt);
    tally.bytes += bytes;
    if (status >= 200 && status < 300) continue;
    tally.failed += 1;
    tally.failure ??= `${request.toString('utf8').split('\r\n', 1)[0] ?? ''}: ${status} ${text.slice(0, 500)}`;
  }
}

function toRound({ times, failed, failure, bytes }: Tally, seconds: number): Round {
  return {
    answers: times.length,
    perSecond: times.length / seconds,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    p99Ms: quantile(times, 0.99),
    failed,
    failure,
    bytes: Math.round(bytes / times.length),
  };
}
