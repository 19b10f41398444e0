import type { Config } from '@trellis-crm/config';
import { sweepCrashMarkers } from '../kernel/crash-marker.js';
import { isRunning } from './process-identity.js';
import { ServerFleet } from './server-fleet.js';
import { listenForStop } from './stop-request.js';
import type { SupervisorTools } from './supervisor.js';

/**
 * Keeps one process of jobs and deliveries running until it is told to stop. One that dies is replaced, and what plugins had to do
 * with its death counts as it does for a server process. @throws StartError when it cannot start
 */
export async function superviseWorker(config: Config, { log, print }: SupervisorTools): Promise<void> {
  const stop = listenForStop();
  await sweepCrashMarkers(config.dataDir, isRunning);
  const fleet = new ServerFleet({ ...config, processes: 1 }, log, { duty: 'work' });
  try {
    const isStarted = await Promise.race([fleet.start().then(() => true), stop.wanted]);
    if (isStarted === true) print(`Trellis CRM works in process ${process.pid}`);
    await stop.wanted;
    print('Stopping: what runs is finished first. Ctrl-C again to stop at once.');
  } finally {
    await fleet.stop(stop);
  }
}
