import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { Config } from '@trellis-crm/config';
import type { BaseLogger } from 'pino';
import type { MetricsSnapshot } from '../metrics/metrics.js';
import type { BoundPort } from './bound-port.js';
import type { StartOrder } from './messages.js';
import { ServerSlot } from './server-slot.js';
import type { StopRequest } from './stop-request.js';

/**
 * Half of the memory for what requests make and drop, in MB. With V8's 16 more of it is alive when it is swept: page and create
 * took about 15 % more processor time. Memory under load grows by some 60 MB with 32.
 */
const youngSpaceMb = 32;

/**
 * When to look through all that lives, in per cent of the room that is left until it must be done. By itself V8 does so four times a
 * second while lists of 200 are read, with pauses of 10 ms, on nearly as much processor time as the requests need.
 */
const markingTrigger = { soft: 60, hard: 90 };

/**
 * How often the socket is open in a process that serves alone. Node accepts one connection per descriptor and turn of its loop: with
 * one of them, those who connect to a process with long turns wait for seconds before it hears of them.
 */
const doors = 16;

/** Standard streams and the channel come first. */
const firstShared = 4;

/** What the processes are for; those that serve do so on a port. */
type FleetTask = Pick<StartOrder, 'duty'> & { readonly port?: BoundPort };

/** All server processes of a supervisor, on one port. */
export class ServerFleet {
  readonly #slots: readonly ServerSlot[];
  readonly #port: BoundPort | undefined;

  constructor(config: Config, log: BaseLogger, { duty, port }: FleetTask) {
    this.#port = port;
    // Alone, a process accepts connections itself; of several, handing them out in turn spreads them evenly.
    cluster.schedulingPolicy = config.processes === 1 ? cluster.SCHED_NONE : cluster.SCHED_RR;
    const shared = port?.descriptor === undefined ? [] : new Array<number>(doors).fill(port.descriptor);
    cluster.setupPrimary({
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...shared],
      exec: fileURLToPath(new URL('server-process.js', import.meta.url)),
      serialization: 'advanced',
      execArgv: [
        ...process.execArgv,
        `--max-old-space-size=${config.processMemoryMb}`,
        `--max-semi-space-size=${youngSpaceMb}`,
        `--incremental-marking-soft-trigger=${markingTrigger.soft}`,
        `--incremental-marking-hard-trigger=${markingTrigger.hard}`,
      ],
    });
    const order = { duty, startedAt: new Date(), descriptors: shared.map((_, index) => firstShared + index) };
    this.#slots = Array.from({ length: config.processes }, () => new ServerSlot(config, log, order));
  }

  /** Starts the first process, which migrates the database, and then the others. @throws StartError of the first */
  async start(): Promise<string> {
    const [first, ...others] = this.#slots;
    const url = (await first?.start()) ?? '';
    await Promise.all(others.map((slot) => slot.start()));
    return url;
  }

  /** Replaces the processes one by one, so that new code serves without an interruption. */
  async replaceAll(): Promise<void> {
    for (const slot of this.#slots) await slot.replace();
  }

  /** What each process measured; the first one also tells what is the same for all. */
  async metrics(): Promise<readonly MetricsSnapshot[]> {
    const snapshots = await Promise.all(this.#slots.map((slot, index) => slot.metrics(index === 0)));
    return snapshots.filter((snapshot) => snapshot !== undefined);
  }

  /** Stops all processes at once, each after what it is doing; whatever they are doing as soon as that is urgent. */
  async stop({ urgent }: Pick<StopRequest, 'urgent'>): Promise<void> {
    const stopped = Promise.all(this.#slots.map((slot) => slot.stop()));
    // Who comes now is told so at once, instead of waiting for somebody who will not come.
    this.#port?.close();
    const isUrgent = await Promise.race([stopped.then(() => false), urgent.then(() => true)]);
    if (isUrgent) for (const slot of this.#slots) slot.kill();
  }
}
