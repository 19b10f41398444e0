import type { Config } from '@trellis-crm/config';
import type { BaseLogger } from 'pino';
import { moveFromOtherMajor } from '../backup/move-major.js';
import { startEmbedded } from '../database/embedded/embedded-database.js';
import { sweepCrashMarkers } from '../kernel/crash-marker.js';
import type { MetricsServer } from '../metrics/metrics-server.js';
import { bindPort, type BoundPort } from './bound-port.js';
import { lockInstance, type InstanceLock } from './instance-file.js';
import { isRunning } from './process-identity.js';
import { ServerFleet } from './server-fleet.js';
import { listenForStop, type StopRequest } from './stop-request.js';

/** What the supervisor needs beside the configuration. */
export interface SupervisorTools {
  readonly log: BaseLogger;
  /** Shows a line to the person at the terminal. */
  print(line: string): void;
}

type ServeTools = SupervisorTools & { readonly port: BoundPort };

/** How long the port of an installation that was killed may take to become free. */
const crashPatienceMs = 12_000;

/**
 * Runs an installation until it is told to stop: the embedded database first, then the server processes; stopped in the
 * opposite order. @throws StartError when it cannot start
 */
export async function supervise(config: Config, tools: SupervisorTools): Promise<void> {
  const stop = listenForStop();
  const lock = await lockInstance(config.dataDir);
  await sweepCrashMarkers(config.dataDir, isRunning);
  try {
    const port = await bindPort(config, lock.isAfterCrash ? crashPatienceMs : 0);
    if (config.databaseUrl === undefined) await moveFromOtherMajor({ ...config, ...tools });
    // Joined here and by each server process: it stops with its last user, whoever that is.
    const embedded =
      config.databaseUrl === undefined ? await startEmbedded({ dataDir: config.dataDir, log: tools.log }) : undefined;
    try {
      await serve(config, lock, stop, { ...tools, port });
    } finally {
      await embedded?.release();
    }
  } finally {
    await lock.release();
  }
}

async function serve(config: Config, lock: InstanceLock, stop: StopRequest, tools: ServeTools): Promise<void> {
  const fleet = new ServerFleet(config, tools.log, { duty: 'serve', port: tools.port });
  const metrics = await serveMetricsOf(config, fleet);
  try {
    const url = await Promise.race([fleet.start(), stop.wanted]);
    if (url !== undefined) {
      // Before anybody can read that it runs: a signal without a listener would end this process.
      listenForReplacement(fleet, tools);
      await lock.update({ state: 'running', url });
      tools.print(`Trellis CRM is ready at ${url}`);
    }
    await stop.wanted;
    tools.print('Stopping: requests in flight are finished first. Ctrl-C again to stop at once.');
  } finally {
    await lock.update({ state: 'stopping' });
    await fleet.stop(stop);
    await metrics?.close();
  }
}

async function serveMetricsOf(config: Config, fleet: ServerFleet): Promise<MetricsServer | undefined> {
  if (config.metricsPort === undefined) return undefined;
  const { serveMetrics } = await import('../metrics/metrics-server.js');
  return serveMetrics({ host: config.metricsHost, port: config.metricsPort, collect: () => fleet.metrics() });
}

/** `trellis restart` sends the signal. */
function listenForReplacement(fleet: ServerFleet, tools: SupervisorTools): void {
  if (process.platform === 'win32') return;
  process.on(
    'SIGUSR2',
    oneAtATime(() => replace(fleet, tools)),
  );
}

/** New code: processes are replaced one by one; when the new one does not start, the old one stays. */
async function replace(fleet: ServerFleet, tools: SupervisorTools): Promise<void> {
  try {
    await fleet.replaceAll();
    tools.print('The server processes were replaced.');
  } catch (error) {
    tools.log.error({ err: error }, 'the server processes could not be replaced; the old ones stay');
  }
}

/** However often it is called while the work runs, it runs once more afterwards. */
function oneAtATime(work: () => Promise<void>): () => void {
  let running: Promise<void> | undefined;
  let isWanted = false;
  const run = async (): Promise<void> => {
    while (isWanted) {
      isWanted = false;
      await work();
    }
    running = undefined;
  };
  return () => {
    isWanted = true;
    running ??= run();
  };
}
