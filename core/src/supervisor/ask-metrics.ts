import type { Worker } from 'node:cluster';
import type { MetricsSnapshot } from '../metrics/metrics.js';
import { isReport, type Order } from './messages.js';

/** A process that is busy for longer is left out of this scrape. */
const patienceMs = 5000;

/** Asks a server process what it measured. @returns undefined when it does not answer in time */
export function askMetrics(worker: Worker, ofWorkspace: boolean): Promise<MetricsSnapshot | undefined> {
  if (!worker.isConnected()) return Promise.resolve(undefined);
  const id = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
  return new Promise((resolve) => {
    const end = (snapshot?: MetricsSnapshot): void => {
      clearTimeout(timer);
      worker.off('message', hear);
      resolve(snapshot);
    };
    const hear = (message: unknown): void => {
      if (isReport(message) && message.type === 'metrics' && message.id === id) end(message.snapshot);
    };
    const timer = setTimeout(end, patienceMs);
    worker.on('message', hear);
    worker.send({ type: 'metrics', id, ofWorkspace } satisfies Order, () => undefined);
  });
}
