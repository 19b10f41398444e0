import cluster from 'node:cluster';
import type { Config } from '@trellis-crm/config';
import { createRunningCalls, crashMarkerPath, openCrashMarker, type RunningCalls } from '../kernel/index.js';
import { Metrics } from '../metrics/metrics.js';
import { startServer } from '../server.js';
import { startWorker } from '../worker.js';
import { beatMs, isOrder, toFailure, type Report, type StartOrder } from './messages.js';
import { toListenError } from './bound-port.js';
import { guardProcess, type GuardedWork } from './process-guard.js';

const drainMs = 10_000;

let work: GuardedWork | undefined;
/** Settles when the start that was ordered is over. */
let started: Promise<void> | undefined;
let isStopping = false;
/** Plugins' code gets another one, which refuses. */
const exit = process.exit.bind(process);
/** Says that the process ends as it should. */
let closeMarker = (): void => undefined;

process.on('message', (message) => {
  if (!isOrder(message)) return;
  if (message.type === 'start') started = start(message);
  else if (message.type === 'metrics') void tellMetrics(message.id, message.ofWorkspace);
  else void stop(0);
});
// The supervisor was killed: nobody will tell us to stop any more. Without the flag the cluster module would end us at
// once, before what runs is finished.
if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
process.on('disconnect', () => void stop(0, started));
process.on('SIGTERM', () => void stop(0));
// A terminal sends these to every process; the supervisor decides what they mean.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function start({ duty, config, startedAt, descriptors, ...told }: StartOrder): Promise<void> {
  setInterval(() => {
    report({ type: 'beat', rssBytes: process.memoryUsage.rss() });
  }, beatMs).unref();
  try {
    const runningCalls = openBooks(config);
    guardProcess({ runningCalls, work: () => work, fail });
    if (duty === 'serve') {
      const server = await startServer(config, { startedAt, descriptors, ...told, runningCalls });
      work = server;
      report({ type: 'ready', url: server.url });
    } else {
      work = await startWorker(config, { ...told, runningCalls });
      report({ type: 'ready', url: '' });
    }
  } catch (error) {
    report({ type: 'failed', failure: toFailure(toListenError(error, config) ?? error) }, () => endProcess(1));
  }
}

async function tellMetrics(id: number, ofWorkspace: boolean): Promise<void> {
  const container = work?.workspace.container;
  if (container?.isRegistered(Metrics) !== true) return;
  report({ type: 'metrics', id, snapshot: await container.resolve(Metrics).snapshot(ofWorkspace) });
}

function openBooks({ dataDir }: Config): RunningCalls {
  const marker = openCrashMarker(crashMarkerPath(dataDir, process.pid));
  closeMarker = () => marker.close();
  return createRunningCalls(marker);
}

/** What an error of core left behind nobody knows. */
function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  endProcess(1);
}

function endProcess(exitCode: number): void {
  closeMarker();
  exit(exitCode);
}

/**
 * Finishes what runs, at most 10 s.
 * @param begun what has to be over first: without a supervisor nobody else stops a database that a start has begun to use
 */
async function stop(exitCode: number, begun?: Promise<void>): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => endProcess(exitCode), drainMs).unref();
  try {
    await begun;
    await work?.stop();
  } finally {
    endProcess(exitCode);
  }
}

function report(message: Report, then?: () => void): void {
  if (process.send === undefined || !process.connected) then?.();
  else process.send(message, undefined, undefined, () => then?.());
}
