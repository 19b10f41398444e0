import { UnavailableError, type Clock, type EventEnvelope, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { runUnit, type Transactor, type UnitOfWork } from '../database/unit-of-work.js';
import type { Subscription } from '../kernel/registrations.js';
import { toEnvelope, type ClaimedDelivery } from './delivery.js';
import { findDue, type DueDelivery } from './due.js';
import { isOutage, recordFailure } from './failure.js';
import { runLane, type LaneOwner } from './lane.js';
import type { Pace } from './pace.js';

/** What delivering needs from the rest of the workspace. */
export interface DispatcherParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: BaseLogger;
  readonly pace: Pace;
  /** Durable subscriptions of the current generation by `<module>:<name>`. */
  subscriptions(): ReadonlyMap<string, Subscription>;
  /** Calls the handler inside the kernel's boundary (time-out, attribution), in the transaction of `unit`. */
  runHandler(
    subscription: Subscription,
    envelope: EventEnvelope<unknown>,
    unit: UnitOfWork,
    onBehalfOf: Id | null,
  ): Promise<void>;
  wakeRelay(): void;
}

/** Handlers that run at once in this process, and how many of them may belong to one module, so that a slow one leaves room. */
const concurrency = 4;
const concurrencyPerModule = 3;
/** Deliveries kept in memory at most; the rest is found again. */
const queueLimit = 512;
/** Share of tries that found another process at work, from which on looks take a random sample. */
const sharedFrom = 0.1;

/** Runs due deliveries, each in the transaction that marks it done, until none is due. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #lanes = new Set<Promise<void>>();
  /** Deliveries under way and the modules whose handlers run; null when only the commit is missing. */
  readonly #running = new Map<Id, string | null>();
  #queue: DueDelivery[] = [];
  #looking: Promise<void> | undefined;
  #resting: Promise<void> | undefined;
  /** Somebody said that there may be something new since the last look began. */
  #isNudged = false;
  /** The last look left something out: it met a limit, or a module had no room. */
  #isPartial = false;
  /** What came of the tries since the last look. */
  #tries = { moved: 0, missed: 0 };
  #isClosed = false;

  constructor(parts: DispatcherParts) {
    this.#parts = parts;
  }

  /** Looks for due deliveries now; returns at once. */
  nudge(): void {
    if (this.#isClosed) return;
    this.#isNudged = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      // Somebody may have said so just after the last look.
      if (this.#isNudged && this.#running.size < concurrency) this.nudge();
    });
  }

  /** Takes new deliveries without looking for them. @param isPartial whether there are more than these */
  offer(deliveries: readonly DueDelivery[], isPartial: boolean): void {
    if (this.#isClosed) return;
    const known = this.#parts.subscriptions();
    const own = deliveries.filter(({ subscriptionId }) => known.has(subscriptionId));
    const hasRoom = this.#queue.length + own.length <= queueLimit;
    if (hasRoom) this.#queue.push(...own);
    this.#isPartial ||= isPartial || !hasRoom;
    this.#openLanes();
    if (this.#isPartial && this.#queue.length === 0) this.nudge();
  }

  /** Connections it holds. */
  get laneCount(): number {
    return this.#lanes.size;
  }

  get isBusy(): boolean {
    return this.#looking !== undefined || this.#lanes.size > 0 || this.#resting !== undefined;
  }

  /** Resolves when nothing is due that this process could run. */
  async whenIdle(): Promise<void> {
    while (this.isBusy) await Promise.all([this.#looking, this.#resting, ...this.#lanes]);
  }

  /** Starts nothing more and waits for the running handlers, `graceMs` at most. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    this.#queue = [];
    const timer = new AbortController();
    await Promise.race([this.whenIdle(), delay(graceMs, timer.signal)]);
    timer.abort();
  }

  async #look(): Promise<void> {
    while (this.#isNudged && !this.#isClosed && this.#running.size < concurrency) {
      this.#isNudged = false;
      await this.#refill();
      this.#openLanes();
    }
  }

  async #refill(): Promise<void> {
    const { knex, clock, log } = this.#parts;
    const known = [...this.#parts.subscriptions()];
    const open = known.filter(([, { module }]) => this.#hasRoomFor(module)).map(([id]) => id);
    const { moved, missed } = this.#tries;
    this.#tries = { moved: 0, missed: 0 };
    try {
      const search = { now: clock.now(), subscriptions: open, except: [...this.#running.keys()] };
      const { deliveries, isPartial } = await findDue(knex, search, missed > (moved + missed) * sharedFrom);
      this.#isPartial = isPartial || open.length < known.length;
      const found = new Set(deliveries.map(({ id }) => id));
      this.#queue = [...deliveries, ...this.#queue.filter(({ id }) => !found.has(id))];
    } catch (error) {
      log.warn({ err: error }, 'due deliveries could not be read; the next sweep tries again');
    }
  }

  /** As many as there is work and room for. */
  #openLanes(): void {
    const wanted = Math.min(this.#queue.length, this.#parts.pace.isBusy ? 1 : concurrency);
    while (this.#lanes.size < wanted) {
      const first = this.#take(undefined);
      if (first === undefined) return;
      this.#openLane(first);
    }
  }

  #openLane(first: DueDelivery): void {
    const lane = runLane(this.#parts.knex, this.#owner, first)
      .catch((error: unknown) => this.#interrupted(error))
      .finally(() => {
        this.#lanes.delete(lane);
        // What was missed may have become the oldest of its key. When nothing moved, all is in other hands, which will look
        // further themselves; looking again would spin.
        const hasLeft = this.#isPartial || this.#tries.missed > 0;
        const isExhausted = hasLeft && this.#queue.length === 0 && this.#tries.moved > 0;
        if (this.#isNudged || isExhausted) this.nudge();
      });
    this.#lanes.add(lane);
  }

  /** Everything else would fail the same way; the sweep tries again. */
  #interrupted(error: unknown): void {
    this.#parts.log.warn({ err: error }, 'deliveries interrupted');
    this.#queue = [];
  }

  readonly #owner: LaneOwner = {
    take: (chained) => this.#take(chained),
    free: (chained) => {
      this.#queue.push(chained);
      this.#openLanes();
    },
    missed: ({ id }) => {
      this.#running.delete(id);
      this.#tries.missed += 1;
    },
    deliver: (claimed, transactor) => this.#deliver(claimed, transactor),
    now: () => this.#parts.clock.now(),
  };

  /** The first of the queue that may run, else the chained one. */
  #take(chained: DueDelivery | undefined): DueDelivery | undefined {
    if (this.#resting !== undefined || this.#isClosed) return undefined;
    // One lane is enough while requests need the connections.
    if (this.#lanes.size > 1 && this.#parts.pace.isBusy) return undefined;
    const known = this.#parts.subscriptions();
    // What nobody here can run any more, or runs already, is forgotten.
    this.#queue = this.#queue.filter(({ id, subscriptionId }) => known.has(subscriptionId) && !this.#running.has(id));
    const place = this.#queue.findIndex((due) => this.#mayRun(due));
    if (place !== -1) return this.#begin(this.#queue.splice(place, 1)[0]);
    return chained !== undefined && this.#mayRun(chained) ? this.#begin(chained) : undefined;
  }

  #mayRun({ subscriptionId }: DueDelivery): boolean {
    const module = this.#parts.subscriptions().get(subscriptionId)?.module;
    return module !== undefined && this.#hasRoomFor(module);
  }

  #begin(due: DueDelivery | undefined): DueDelivery | undefined {
    if (due !== undefined)
      this.#running.set(due.id, this.#parts.subscriptions().get(due.subscriptionId)?.module ?? null);
    return due;
  }

  #hasRoomFor(module: string): boolean {
    let running = 0;
    for (const owner of this.#running.values()) if (owner === module) running++;
    return running < concurrencyPerModule;
  }

  async #deliver(claimed: ClaimedDelivery, transactor: Transactor): Promise<void> {
    const startedAt = performance.now();
    await this.#attempt(claimed, transactor);
    this.#running.delete(claimed.id);
    const { clock, pace } = this.#parts;
    const restMs = pace.restMs(performance.now() - startedAt, clock.now().getTime() - claimed.occurredAt.getTime());
    if (restMs >= 1 && this.#resting === undefined) this.#rest(restMs);
  }

  async #attempt(claimed: ClaimedDelivery, transactor: Transactor): Promise<void> {
    const subscription = this.#parts.subscriptions().get(claimed.subscriptionId);
    const work = async (unit: UnitOfWork): Promise<void> => {
      if (subscription === undefined) throw new UnavailableError('plugin_disabled');
      await this.#parts.runHandler(subscription, toEnvelope(claimed), unit, claimed.onBehalfOf);
      this.#running.set(claimed.id, null);
    };
    try {
      await runUnit(transactor, () => this.#parts.wakeRelay(), work);
      this.#tries.moved += 1;
    } catch (error) {
      await this.#fail(claimed, error);
    }
  }

  #rest(ms: number): void {
    this.#resting = delay(ms).then(() => {
      this.#resting = undefined;
      this.#openLanes();
    });
  }

  /** A lost connection says nothing about the handler: the sweep tries again, and no attempt is counted. */
  async #fail(claimed: ClaimedDelivery, error: unknown): Promise<void> {
    const { knex, clock, log } = this.#parts;
    const ids = { subscription: claimed.subscriptionId, delivery: claimed.id, attempt: claimed.attempts + 1 };
    if (isOutage(error)) {
      log.warn({ err: error, ...ids }, 'delivery interrupted');
      return;
    }
    try {
      const isDead = await recordFailure(knex, claimed, error, clock.now());
      this.#tries.moved += 1;
      // The rest of its key is free now.
      if (isDead) this.nudge();
      if (isDead) log.error({ err: error, ...ids }, 'delivery given up: it is a dead letter now');
      else log.warn({ err: error, ...ids }, 'delivery failed');
    } catch (failure) {
      log.warn({ err: failure, ...ids }, 'failed delivery could not be recorded');
    }
  }
}

function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
