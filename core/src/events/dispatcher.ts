import type { Clock, EventEnvelope, Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { classifyDatabaseError, type DatabaseFault, type DatabaseProblem } from '../database/database-errors.js';
import { runUnit, type UnitOfWork } from '../database/unit-of-work.js';
import type { Subscription } from '../kernel/registrations.js';
import { claimDelivery, findDue, markDone, toEnvelope, type ClaimedDelivery, type DueDelivery } from './delivery.js';
import { recordFailure } from './failure.js';

/** What delivering needs from the rest of the workspace. */
export interface DispatcherParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: BaseLogger;
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

/** Runs due deliveries, each in the transaction that marks it done, until none is due. */
export class Dispatcher {
  readonly #parts: DispatcherParts;
  readonly #running = new Map<Id, { readonly module: string; readonly end: Promise<void> }>();
  #queue: readonly DueDelivery[] = [];
  #looking: Promise<void> | undefined;
  /** Somebody said that there may be something new since the last look began. */
  #isNudged = false;
  /** The last look left something out: it met a limit, or a module had no room. */
  #isPartial = false;
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
    });
  }

  get isBusy(): boolean {
    return this.#looking !== undefined || this.#running.size > 0;
  }

  /** Resolves when nothing is due that this process could run. */
  async whenIdle(): Promise<void> {
    while (this.isBusy) {
      await this.#looking;
      await Promise.all([...this.#running.values()].map(({ end }) => end));
    }
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
      this.#startQueued();
    }
  }

  async #refill(): Promise<void> {
    const { knex, clock, log } = this.#parts;
    const known = [...this.#parts.subscriptions()];
    const open = known.filter(([, { module }]) => this.#hasRoomFor(module)).map(([id]) => id);
    try {
      const search = { now: clock.now(), subscriptions: open, except: [...this.#running.keys()] };
      const { deliveries, isPartial } = await findDue(knex, search);
      this.#isPartial = isPartial || open.length < known.length;
      const found = new Set(deliveries.map(({ id }) => id));
      this.#queue = [...deliveries, ...this.#queue.filter(({ id }) => !found.has(id))];
    } catch (error) {
      log.warn({ err: error }, 'due deliveries could not be read; the next sweep tries again');
    }
  }

  /** Starts what there is room for, and keeps the rest in its order. */
  #startQueued(): void {
    const left: DueDelivery[] = [];
    for (const due of this.#queue) {
      const subscription = this.#parts.subscriptions().get(due.subscriptionId);
      if (subscription === undefined || this.#running.has(due.id)) continue;
      const hasRoom = this.#running.size < concurrency && this.#hasRoomFor(subscription.module);
      if (hasRoom && !this.#isClosed) this.#start(due, subscription);
      else left.push(due);
    }
    this.#queue = left;
  }

  #start(due: DueDelivery, subscription: Subscription): void {
    const end = this.#deliver(due, subscription).then(({ hasMoved, next }) => {
      this.#running.delete(due.id);
      if (next !== undefined) this.#queue = [...this.#queue, next];
      this.#startQueued();
      // What did not move is another process's, which will look further itself; looking again would spin.
      if (this.#isNudged || (hasMoved && this.#isPartial && this.#queue.length === 0)) this.nudge();
    });
    this.#running.set(due.id, { module: subscription.module, end });
  }

  #hasRoomFor(module: string): boolean {
    let running = 0;
    for (const work of this.#running.values()) if (work.module === module) running++;
    return running < concurrencyPerModule;
  }

  async #deliver(due: DueDelivery, subscription: Subscription): Promise<Outcome> {
    const { knex, clock } = this.#parts;
    let claimed: ClaimedDelivery | undefined;
    const work = async (unit: UnitOfWork): Promise<Outcome> => {
      claimed = await claimDelivery(unit.trx, due.id, clock.now());
      if (claimed === undefined) return { hasMoved: false };
      await this.#parts.runHandler(subscription, toEnvelope(claimed), unit, claimed.onBehalfOf);
      return { hasMoved: true, next: await markDone(unit.trx, due.id, clock.now()) };
    };
    try {
      return await runUnit(knex, () => this.#parts.wakeRelay(), work);
    } catch (error) {
      return { hasMoved: await this.#fail(due, claimed, error) };
    }
  }

  /** A lost connection says nothing about the handler: the sweep tries again, and no attempt is counted. */
  async #fail(due: DueDelivery, claimed: ClaimedDelivery | undefined, error: unknown): Promise<boolean> {
    const { knex, clock, log } = this.#parts;
    const ids = { subscription: due.subscriptionId, delivery: due.id, attempt: (claimed?.attempts ?? 0) + 1 };
    if (claimed === undefined || isOutage(error)) {
      log.warn({ err: error, ...ids }, 'delivery interrupted');
      return false;
    }
    try {
      const isDead = await recordFailure(knex, claimed, error, clock.now());
      // The rest of its key is free now.
      if (isDead) this.#isNudged = true;
      if (isDead) log.error({ err: error, ...ids }, 'delivery given up: it is a dead letter now');
      else log.warn({ err: error, ...ids }, 'delivery failed');
      return true;
    } catch (failure) {
      log.warn({ err: failure, ...ids }, 'failed delivery could not be recorded');
      return false;
    }
  }
}

/** What came of one delivery. */
interface Outcome {
  /** Done, or failed and put off. */
  readonly hasMoved: boolean;
  /** The next one of the same key, due already. */
  readonly next?: DueDelivery | undefined;
}

const outages: ReadonlySet<DatabaseFault> = new Set<DatabaseFault>(['connection_lost', 'pool_timeout', 'retryable']);

function isOutage(error: unknown): boolean {
  const problem = classifyDatabaseError(error);
  return problem !== undefined && outages.has(problem.fault) && !isOfSocket(problem);
}

/**
 * The delivery was claimed over a connection that stood, so a socket that is refused now is that of a service the handler talks
 * to. If it was the database's after all, the failure cannot be recorded either.
 */
function isOfSocket({ code = '' }: DatabaseProblem): boolean {
  return /^E[A-Z]/.test(code);
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}
