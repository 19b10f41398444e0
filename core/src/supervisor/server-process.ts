import cluster from 'node:cluster';
import type { Config } from '@trellis-crm/config';
import { Metrics } from '../metrics/metrics.js';
import { startServer, type RunningServer } from '../server.js';
import { beatMs, isOrder, toFailure, type Report } from './messages.js';
import { toListenError } from './port-check.js';

const drainMs = 10_000;

let server: RunningServer | undefined;
let isStopping = false;

process.on('message', (message) => {
  if (!isOrder(message)) return;
  if (message.type === 'start') void start(message.config, message.startedAt);
  else if (message.type === 'metrics') void tellMetrics(message.id, message.ofWorkspace);
  else void stop(0);
});
// The supervisor was killed: nobody will tell us to stop any more. Without the flag the cluster module would end us at
// once, before what runs is finished.
if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
process.on('disconnect', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
// A terminal sends these to every process; the supervisor decides what they mean.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function start(config: Config, startedAt: Date): Promise<void> {
  setInterval(() => {
    report({ type: 'beat' });
  }, beatMs).unref();
  try {
    server = await startServer(config, startedAt);
    report({ type: 'ready', url: server.url });
  } catch (error) {
    report({ type: 'failed', failure: toFailure(toListenError(error, config) ?? error) }, () => process.exit(1));
  }
}

async function tellMetrics(id: number, ofWorkspace: boolean): Promise<void> {
  const container = server?.workspace.container;
  if (container?.isRegistered(Metrics) !== true) return;
  report({ type: 'metrics', id, snapshot: await container.resolve(Metrics).snapshot(ofWorkspace) });
}

/** Finishes what runs, at most 10 s. */
async function stop(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  setTimeout(() => process.exit(exitCode), drainMs).unref();
  try {
    await server?.stop();
  } finally {
    process.exit(exitCode);
  }
}

function report(message: Report, then?: () => void): void {
  if (process.send === undefined || !process.connected) then?.();
  else process.send(message, undefined, undefined, () => then?.());
}
