import type { Knex } from 'knex';
import { Dispatcher, type DispatcherParts } from './dispatcher.js';
import { fanOut, fanOutLimit, hasPendingEvents, type FannedEvent, type FannedOut } from './fan-out.js';
import { createPace, type Pace } from './pace.js';

/** What the relay needs from the rest of the workspace. */
export interface RelayParts extends Omit<DispatcherParts, 'wakeRelay' | 'pace'> {
  /** Connections of the request pool that are used or waited for, the relay's own included. */
  connectionsInUse(): number;
  /**
   * Tells browsers about fanned-out events: in the fan-out's transaction for other processes, and through what it
   * returns, called after the commit, for this one.
   */
  announce(trx: Knex.Transaction, events: readonly FannedEvent[]): Promise<() => void>;
  /** Has people told of events that were set aside; in the fan-out's transaction. */
  tell(trx: Knex.Transaction): Promise<void>;
  /** Types of the events that live listeners look into. */
  listened(): readonly string[];
  /** Has the messages of webhooks sent that a fan-out left, once its transaction commits. */
  sendMessages(trx: Knex.Transaction): Promise<void>;
}

/** Least time between two fan-outs that commits woke. */
const pauseMs = 5;
/** How often it looks for what other or dead processes left, and for deliveries whose back-off is over. */
const sweepMs = 500;
const closeGraceMs = 10_000;
/** Deliveries that one fan-out should make at most, so that it holds no processor of the database for long. */
const deliveriesAtOnce = 4000;
/** Events that one fan-out takes at most: without subscriptions they are little work. */
const mostEvents = 2500;

/** Brings committed events to their subscriptions: fans them out set by set, then has them delivered. One per process. */
export class Relay {
  readonly #parts: RelayParts;
  readonly #pace: Pace;
  readonly #dispatcher: Dispatcher;
  #fanning: Promise<void> | undefined;
  #isWoken = false;
  /** When the next fan-out may begin, by `performance.now`. */
  #nextFanOut = 0;
  #limit = fanOutLimit;
  #wakeTimer: NodeJS.Timeout | undefined;
  #sweepTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    const own = (): number => this.#dispatcher.laneCount + (this.#fanning === undefined ? 0 : 1);
    this.#pace = createPace(() => parts.connectionsInUse() - own());
    this.#dispatcher = new Dispatcher({ ...parts, pace: this.#pace, wakeRelay: () => this.wake() });
  }

  /** Begins to sweep. Without it the relay works only when woken or drained. */
  start(): void {
    this.#sweepTimer ??= setTimeout(() => void this.#sweep(), sweepMs).unref();
  }

  /** Says that events were committed; returns at once and never throws. */
  wake(): void {
    this.#isWoken = true;
    if (this.#isClosed || this.#wakeTimer !== undefined || this.#fanning !== undefined) return;
    this.#wakeTimer = setTimeout(
      () => {
        this.#wakeTimer = undefined;
        this.#fanOutAll().catch((error: unknown) => this.#logFault(error));
      },
      Math.max(0, this.#nextFanOut - performance.now()),
    ).unref();
  }

  /** Delivers until nothing is pending or due for this process. What failed waits for its back-off. */
  async drain(): Promise<void> {
    do {
      await this.#fanOutAll();
      this.#dispatcher.nudge();
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
      if (this.#wakeTimer === undefined && (await hasPendingEvents(this.#parts.knex))) await this.#fanOutAll();
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
      if (this.#isWoken) this.wake();
    });
    return this.#fanning;
  }

  async #fanOutLoop(): Promise<void> {
    this.#isWoken = false;
    for (let isLast = false; !isLast && !this.#isClosed;) {
      const limit = this.#limit;
      const startedAt = performance.now();
      const done = await this.#fanOutOnce(limit);
      this.#dispatcher.offer(done.first, done.count > done.first.length);
      isLast = done.taken < limit;
      this.#limit = limitAfter(done);
      const rest = this.#restAfter(performance.now() - startedAt, done);
      this.#nextFanOut = performance.now() + Math.max(pauseMs, rest);
      // Makes room for requests: the rest of what is pending waits for the timer of `wake`.
      if (rest > pauseMs && !isLast) {
        this.#isWoken = true;
        return;
      }
    }
  }

  #restAfter(tookMs: number, { since }: FannedOut): number {
    return since === null ? 0 : this.#pace.restMs(tookMs, this.#parts.clock.now().getTime() - since.getTime());
  }

  #logFault(error: unknown): void {
    this.#parts.log.warn({ err: error }, 'events could not be relayed; the next sweep tries again');
  }

  async #fanOutOnce(limit: number): Promise<FannedOut> {
    const { knex, clock } = this.#parts;
    const { done, announceHere } = await knex.transaction(async (trx) => {
      const fanned = await fanOut(trx, clock.now(), limit, this.#parts.listened());
      if (fanned.messages > 0) await this.#parts.sendMessages(trx);
      if (fanned.hasSetAside) await this.#parts.tell(trx);
      return { done: fanned, announceHere: await this.#parts.announce(trx, fanned.events) };
    });
    announceHere();
    return done;
  }
}

/** Fewer events at once the more deliveries each of them makes. */
function limitAfter({ taken, count }: FannedOut): number {
  if (taken === 0) return fanOutLimit;
  return Math.min(mostEvents, Math.max(1, Math.floor((deliveriesAtOnce * taken) / Math.max(1, count))));
}
