import type { Knex } from 'knex';
import { Dispatcher, type DispatcherParts } from './dispatcher.js';
import { fanOut, fanOutLimit, hasPendingEvents, type FannedEvent } from './fan-out.js';

/** What the relay needs from the rest of the workspace. */
export interface RelayParts extends Omit<DispatcherParts, 'wakeRelay'> {
  /**
   * Tells browsers about fanned-out events: in the fan-out's transaction for other processes, and through what it
   * returns, called after the commit, for this one.
   */
  announce(trx: Knex.Transaction, events: readonly FannedEvent[]): Promise<() => void>;
}

/** Least time between two fan-outs that commits woke. */
const pauseMs = 5;
/** How often it looks for what other or dead processes left, and for deliveries whose back-off is over. */
const sweepMs = 500;
const closeGraceMs = 10_000;

/** Brings committed events to their subscriptions: fans them out set by set, then has them delivered. One per process. */
export class Relay {
  readonly #parts: RelayParts;
  readonly #dispatcher: Dispatcher;
  #fanning: Promise<void> | undefined;
  #isWoken = false;
  #lastFanOut = 0;
  #wakeTimer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    this.#dispatcher = new Dispatcher({ ...parts, wakeRelay: () => this.wake() });
  }

  /** Begins to sweep. Without it the relay works only when woken or drained. */
  start(): void {
    this.#sweepTimer ??= setTimeout(() => void this.#sweep(), sweepMs).unref();
  }

  /** Says that events were committed; returns at once and never throws. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isClosed || this.#wakeTimer !== undefined || this.#fanning !== undefined) return;
    const wait = this.#lastFanOut + pauseMs - performance.now();
    this.#wakeTimer = setTimeout(
      () => {
        this.#wakeTimer = undefined;
        this.#fanOutAll().catch((error: unknown) => this.#logFault(error));
      },
      Math.max(0, wait),
    ).unref();
  }

  /** Delivers until nothing is pending or due for this process. What failed waits for its back-off. */
  async drain(): Promise<void> {
    do {
      await this.#fanOutAll();
      await this.#dispatcher.whenIdle();
    } while ((await hasPendingEvents(this.#parts.knex)) || this.#fanning !== undefined || this.#dispatcher.isBusy);
  }

  /** Stops, waiting up to 10 s for handlers that run. What is left is delivered by other processes or after the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#wakeTimer);
    clearTimeout(this.#sweepTimer);
    await this.#fanning?.catch(() => undefined);
    await this.#dispatcher.close(closeGraceMs);
  }

  async #sweep(): Promise<void> {
    try {
      if (await hasPendingEvents(this.#parts.knex)) await this.#fanOutAll();
      this.#dispatcher.nudge();
    } catch (error) {
      this.#logFault(error);
    }
    if (!this.#isClosed) this.#sweepTimer = setTimeout(() => void this.#sweep(), sweepMs).unref();
  }

  /** One run at a time in this process; the database's lock serialises processes. */
  #fanOutAll(): Promise<void> {
    this.#fanning ??= this.#fanOutLoop().finally(() => {
      this.#fanning = undefined;
      this.#lastFanOut = performance.now();
      if (this.#isWoken) this.wake();
    });
    return this.#fanning;
  }

  async #fanOutLoop(): Promise<void> {
    this.#isWoken = false;
    for (let isLast = false; !isLast && !this.#isClosed;) {
      isLast = (await this.#fanOutOnce()) < fanOutLimit;
      this.#dispatcher.nudge();
    }
  }

  #logFault(error: unknown): void {
    this.#parts.log.warn({ err: error }, 'events could not be relayed; the next sweep tries again');
  }

  async #fanOutOnce(): Promise<number> {
    const { knex, clock } = this.#parts;
    const { count, announceHere } = await knex.transaction(async (trx) => {
      const events = await fanOut(trx, clock.now());
      return { count: events.length, announceHere: await this.#parts.announce(trx, events) };
    });
    announceHere();
    return count;
  }
}
