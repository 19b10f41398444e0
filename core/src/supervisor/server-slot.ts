import cluster, { type Worker } from 'node:cluster';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@trellis-crm/config';
import type { Id } from '@trellis-crm/sdk';
import type { BaseLogger } from 'pino';
import type { Succession } from '../jobs/dead-workers.js';
import type { Incident } from '../kernel/lifecycle/index.js';
import type { MetricsSnapshot } from '../metrics/metrics.js';
import { askMetrics } from './ask-metrics.js';
import { isFromOutside } from './incident.js';
import { isReport, toStartError, type Order, type Report, type StartOrder } from './messages.js';
import { watchProcess } from './process-watch.js';

const killAfterMs = 12_000;
const calmMs = 10_000;
const longestPauseMs = 10_000;
/** A plugin that ends each start is quarantined by its third. */
const maxFatalStarts = 4;

/** One place in the fleet: a server process, and its successor when it dies. */
export class ServerSlot {
  #worker: Worker | undefined;
  #starting: Worker | undefined;
  #isStopped = false;
  #failures = 0;
  /** What no process that became ready was told yet: how processes ended, and which. */
  #incidents: readonly Incident[] = [];
  #ended: readonly Id[] = [];

  constructor(
    private readonly config: Config,
    private readonly log: BaseLogger,
    private readonly order: Pick<StartOrder, 'duty' | 'startedAt' | 'descriptors'>,
  ) {}

  /** Starts the process and keeps it alive from then on. @returns its address @throws StartError when it never got ready */
  async start(): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const known = this.#incidents.length;
      try {
        return await this.#startOnce();
      } catch (error) {
        const isPluginsFault = this.#incidents.length > known && !this.#isStopped;
        if (!isPluginsFault || attempt === maxFatalStarts) throw error;
        this.log.error({ err: error }, 'a plugin ended the start of a server process; starting another');
      }
    }
  }

  /** Puts a new process in place of the present one, without a gap: the old one stops when the new one serves. */
  async replace(): Promise<void> {
    const old = this.#worker;
    await this.start();
    await end(old);
  }

  /** Lets the process finish what it does, at most 12 s. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#starting, this.#worker].map(end));
  }

  /** What the process measured; undefined when it does not answer in time. */
  async metrics(ofWorkspace: boolean): Promise<MetricsSnapshot | undefined> {
    return this.#worker === undefined ? undefined : askMetrics(this.#worker, ofWorkspace);
  }

  /** Ends the process now. */
  kill(): void {
    this.#isStopped = true;
    for (const worker of [this.#starting, this.#worker]) worker?.process.kill('SIGKILL');
  }

  async #startOnce(): Promise<string> {
    if (this.#isStopped) return '';
    const worker = cluster.fork();
    this.#starting = worker;
    const endedProcesses = this.#ended;
    try {
      const url = await this.#untilReady(worker, { processId: randomUUID(), endedProcesses });
      this.#incidents = [];
      this.#ended = this.#ended.filter((id) => !endedProcesses.includes(id));
      this.#adopt(worker);
      return url;
    } finally {
      this.#starting = undefined;
    }
  }

  #adopt(worker: Worker): void {
    const startedAt = Date.now();
    this.#worker = worker;
    worker.once('exit', (code, signal) => {
      if (this.#isStopped || this.#worker !== worker) return;
      // Who is killed does not fail by itself, and need not be held back.
      if (Date.now() - startedAt > calmMs || isFromOutside(signal)) this.#failures = 0;
      this.log.error(`a server process ended with ${endOf(code, signal)}; starting another`);
      void this.#restart();
    });
    if (this.#isStopped) void end(worker);
  }

  async #restart(): Promise<void> {
    while (!this.#isStopped) {
      const pause = Math.min(longestPauseMs, this.#failures === 0 ? 0 : 125 * 2 ** this.#failures);
      this.#failures += 1;
      await sleep(pause);
      try {
        await this.start();
        return;
      } catch (error) {
        this.log.error({ err: error }, 'a server process could not start');
      }
    }
  }

  async #untilReady(worker: Worker, succession: Succession): Promise<string> {
    const { config, log, order } = this;
    watchProcess(worker, { config, log }, (incident) => (this.#incidents = [...this.#incidents, incident]));
    worker.once('exit', () => (this.#ended = [...this.#ended, succession.processId]));
    return new Promise((resolve, reject) => {
      worker.on('message', (message) => {
        if (isReport(message)) settle(message, resolve, reject);
      });
      worker.once('exit', (code, signal) => {
        reject(new Error(`The server process ended with ${endOf(code, signal)} before it was ready`));
      });
      tell(worker, { type: 'start', ...order, config, incidents: this.#incidents, succession });
    });
  }
}

function settle(report: Report, resolve: (url: string) => void, reject: (error: Error) => void): void {
  if (report.type === 'ready') resolve(report.url);
  if (report.type === 'failed') reject(toStartError(report.failure));
}

async function end(worker: Worker | undefined): Promise<void> {
  if (worker === undefined || worker.isDead()) return;
  const exit = once(worker, 'exit');
  tell(worker, { type: 'stop' });
  const timer = setTimeout(() => worker.process.kill('SIGKILL'), killAfterMs);
  await exit;
  clearTimeout(timer);
}

/** A process that is just dying cannot be told; its exit is what counts then. */
function tell(worker: Worker, order: Order): void {
  if (worker.isConnected()) worker.send(order, () => undefined);
}

/** Node gives null for the one that does not apply; its types do not say so. */
function endOf(code: number | null, signal: string | null): string {
  return signal ?? `code ${code ?? 'unknown'}`;
}
