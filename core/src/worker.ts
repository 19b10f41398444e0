import 'reflect-metadata';
import type { Config } from '@trellis-crm/config';
import type { Logger } from 'pino';
import { openWorkspace, type OpenWorkspace, type WorkspaceOptions } from './composition/open-workspace.js';
import { startAnew } from './composition/start-anew.js';
import { systemClock } from './composition/system-clock.js';
import { openConfiguredDatabase } from './database/configured-database.js';
import { createLog } from './logging/create-log.js';
import { Metrics } from './metrics/metrics.js';
import type { MetricsServer } from './metrics/metrics-server.js';

/** One process that runs jobs and delivers events, and answers nobody. */
export interface RunningWorker {
  readonly workspace: OpenWorkspace;
  /** Takes nothing new, lets what runs finish within its grace, and ends every connection. */
  stop(): Promise<void>;
}

/** Starts working, in this process: database → workspace → background. @throws StartError */
export async function startWorker(
  config: Config,
  told: Pick<WorkspaceOptions, 'incidents' | 'runningCalls' | 'succession'>,
): Promise<RunningWorker> {
  const log = createLog(config, 'worker');
  const opened = await openConfiguredDatabase(config, log);
  const restart = startAnew(log);
  opened.onGone(restart.withoutDatabase);
  try {
    const { database } = opened;
    const workspace = await openWorkspace({
      config,
      log,
      database,
      clock: systemClock,
      serves: true,
      onRestartNeeded: restart.withNewCode,
      ...told,
    });
    await workspace.startBackground();
    const metrics = await serveMetricsOf(config, workspace, log);
    return {
      workspace,
      async stop() {
        try {
          await metrics?.close();
          await workspace.close();
        } finally {
          await opened.close();
        }
      },
    };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** What is the same for all processes is told by the servers. Beside them a worker needs a port of its own, and works without one, too. */
async function serveMetricsOf(
  { metricsHost: host, metricsPort: port }: Config,
  { container }: OpenWorkspace,
  log: Logger,
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined;
  const { serveMetrics } = await import('./metrics/metrics-server.js');
  const collect = async () => [await container.resolve(Metrics).snapshot(false)];
  return serveMetrics({ host, port, collect }).catch((error: unknown) => {
    log.warn({ err: error }, 'the metrics of this worker are not served: give it a TRELLIS_METRICS_PORT of its own');
    return undefined;
  });
}
