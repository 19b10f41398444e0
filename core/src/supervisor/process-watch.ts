import type { Worker } from 'node:cluster';
import type { Config } from '@trellis-crm/config';
import type { BaseLogger } from 'pino';
import { crashMarkerPath, readCrashMarker, takeCrashMarker } from '../kernel/crash-marker.js';
import type { Incident } from '../kernel/lifecycle/index.js';
import { toIncident, type Death } from './incident.js';
import { beatMs, isReport } from './messages.js';

/** What is known of the installation whose processes are watched. */
interface WatchTools {
  readonly config: Pick<Config, 'dataDir' | 'processMemoryMb'>;
  readonly log: BaseLogger;
}

/**
 * Missing beats after which a process counts as standing still: 3 s, and 30 s while it starts, when it has much to load; 10 s of them
 * when it is a plugin that is loaded.
 */
const standstillBeats = { ready: 6, loading: 20, starting: 60 };

const bytesPerMb = 1024 * 1024;
/** Beside the objects: code, buffers, stacks. */
const otherMemoryMb = 256;

/** Ends a process that stands still or takes too much memory, and tells whose code ran when it died, for whatever reason. */
export function watchProcess(worker: Worker, tools: WatchTools, report: (incident: Incident) => void): void {
  const { config, log } = tools;
  const marker = crashMarkerPath(config.dataDir, worker.process.pid ?? 0);
  const maxRssBytes = (config.processMemoryMb * 1.5 + otherMemoryMb) * bytesPerMb;
  let missed = 0;
  let isReady = false;
  let endedFor: Death['endedFor'];
  const endFor = (reason: NonNullable<Death['endedFor']>, text: string): void => {
    if (endedFor !== undefined) return;
    endedFor = reason;
    log.error(`a server process ${text}; ending it`);
    worker.process.kill('SIGKILL');
  };
  const watch = setInterval(() => {
    missed += 1;
    if (missed > patience(isReady, marker)) endFor('standstill', `stood still for ${(missed * beatMs) / 1000} s`);
  }, beatMs);
  worker.on('message', (message) => {
    missed = 0;
    if (!isReport(message)) return;
    isReady ||= message.type === 'ready';
    if (message.type === 'beat' && message.rssBytes > maxRssBytes)
      endFor('memory', `takes ${Math.round(message.rssBytes / bytesPerMb)} MB`);
  });
  worker.once('exit', (code, signal) => {
    clearInterval(watch);
    const incident = toIncident({ code, signal, endedFor }, takeCrashMarker(marker));
    if (incident !== undefined) report(incident);
  });
}

function patience(isReady: boolean, marker: string): number {
  if (isReady) return standstillBeats.ready;
  const isLoading = (readCrashMarker(marker)?.now ?? null) !== null;
  return isLoading ? standstillBeats.loading : standstillBeats.starting;
}
