import type { IncomingHttpHeaders } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createTurnGauge, WorkLine } from './work-line.js';

/** When a process stops taking on more work. */
export interface OverloadLimits {
  /** Requests worked on at once, at most. */
  readonly requests: number;
  /** Requests worked on that are always allowed, however slow everything is. */
  readonly alwaysTaken: number;
  /** Time that a new request may have to spend behind those before it, by the rate of the last second. */
  readonly waitMs: number;
  /** Delay of the event loop from which on only `alwaysTaken` are served. */
  readonly loopDelayMs: number;
}

/** Decides who is let in. One per process; its numbers are for metrics. */
export interface Admission {
  /** Whether a request that comes now would have to wait for too long: it is better told so at once. */
  isOverloaded(): boolean;
  /** Counts and times the work for one request, from the moment that its body is there. */
  work<T>(run: () => Promise<T>): Promise<T>;
  /** Requests worked on at this moment. */
  readonly underWay: number;
  /** Requests refused since the start. */
  readonly refused: number;
  /** Says that one more was refused. */
  countRefusal(): void;
}

/** Whether a request says that a body follows: its time is the sender's until it is there. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** What an admission looks at; replaced by tests. */
export interface OverloadGauges {
  now(): number;
  loopDelayMs(): number;
  turnMs(): number;
}

/**
 * A queue that stands is one whose requests take longer than they should while more are under way than the process gets
 * done in that time. A burst on an idle process is none, nor are a few requests that wait for somebody else.
 */
export function createAdmission(
  limits: OverloadLimits = defaultLimits,
  gauges: OverloadGauges = createGauges(),
): Admission {
  const allowance = new Allowance(limits, gauges.now);
  let underWay = 0;
  const refusals = new Refusals(gauges.now);
  const line = new WorkLine({ ...gauges, isRefusing: () => refusals.areRecent() });
  /** When the process last began to work, or finished something. */
  let movedAt = 0;
  const isOverloaded = (): boolean => {
    if (underWay < limits.alwaysTaken) return false;
    if (gauges.loopDelayMs() > limits.loopDelayMs) return true;
    // With nothing done there is no rate to go by.
    const isStuck = allowance.isUnknown() && gauges.now() - movedAt > limits.waitMs;
    return isStuck || !allowance.hasRoom(underWay);
  };
  return {
    isOverloaded,
    async work(run) {
      const startedAt = gauges.now();
      if (underWay === 0) movedAt = startedAt;
      underWay += 1;
      try {
        return await line.run(run);
      } finally {
        underWay -= 1;
        movedAt = gauges.now();
        allowance.note(movedAt - startedAt);
      }
    },
    get underWay() {
      return underWay;
    },
    get refused() {
      return refusals.count;
    },
    countRefusal: () => refusals.note(),
  };
}

const defaultLimits: OverloadLimits = { requests: 500, alwaysTaken: 20, waitMs: 250, loopDelayMs: 200 };

function createGauges(): OverloadGauges {
  return { now: () => performance.now(), loopDelayMs: createDelayGauge(), turnMs: createTurnGauge() };
}

/** Overload lasts for so long after the last refusal. */
const refusingMs = 1000;

class Refusals {
  count = 0;
  #lastAt = -Infinity;

  constructor(private readonly now: () => number) {}

  note(): void {
    this.count += 1;
    this.#lastAt = this.now();
  }

  areRecent(): boolean {
    return this.now() - this.#lastAt < refusingMs;
  }
}

const bucketMs = 100;
const buckets = 10;
/** The tenths of a second that tell whether requests are slow now. */
const freshBuckets = 3;

/**
 * How many requests may be worked on at once, set anew each tenth of a second: what is done in the time that a request may wait, once
 * most are slow; from there on a little more as long as they are not, and soon as many as ever when none is and nobody was refused.
 */
class Allowance {
  readonly #done = new Array<number>(buckets).fill(0);
  readonly #slow = new Array<number>(buckets).fill(0);
  #current = 0;
  #allowed: number;
  /** The tenth of a second in which there was no room for the last time. */
  #refusedAt = -Infinity;

  constructor(
    private readonly limits: OverloadLimits,
    private readonly now: () => number,
  ) {
    this.#allowed = limits.requests;
  }

  note(tookMs: number): void {
    this.#advance();
    const place = this.#current % buckets;
    this.#done[place] = (this.#done[place] ?? 0) + 1;
    if (tookMs > this.limits.waitMs) this.#slow[place] = (this.#slow[place] ?? 0) + 1;
  }

  /** Whether one more may be worked on. */
  hasRoom(underWay: number): boolean {
    this.#advance();
    if (underWay < this.#allowed) return true;
    this.#refusedAt = this.#current;
    return false;
  }

  /** Whether nothing was done in the last second. */
  isUnknown(): boolean {
    this.#advance();
    return sum(this.#done) === 0;
  }

  /** Ends the tenths that have passed; all before the last ten are the same as none. */
  #advance(): void {
    const present = Math.floor(this.now() / bucketMs);
    if (present - this.#current > buckets) this.#forget(present - buckets);
    while (this.#current < present) {
      this.#adjust();
      this.#current += 1;
      this.#done[this.#current % buckets] = 0;
      this.#slow[this.#current % buckets] = 0;
    }
  }

  #forget(upTo: number): void {
    this.#done.fill(0);
    this.#slow.fill(0);
    this.#current = upTo;
  }

  #adjust(): void {
    const { requests, alwaysTaken, waitMs } = this.limits;
    const slowNow = this.#lately(this.#slow);
    if (slowNow > 0 && slowNow * 2 >= this.#lately(this.#done)) {
      const doneInTime = (sum(this.#done) * waitMs) / (bucketMs * buckets);
      this.#allowed = Math.min(requests, Math.max(alwaysTaken, doneInTime));
    } else {
      const isCalm = sum(this.#slow) === 0 && this.#current - this.#refusedAt > buckets;
      this.#allowed = Math.min(requests, this.#allowed * (isCalm ? 1.5 : 1.05));
    }
  }

  #lately(counts: readonly number[]): number {
    let total = 0;
    for (let back = 0; back < freshBuckets; back += 1) total += counts[(this.#current - back + buckets) % buckets] ?? 0;
    return total;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const readEveryMs = 250;

/** Reads the histogram when somebody asks, so that an idle process has no timer. */
function createDelayGauge(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  let readAt = 0;
  let medianMs = 0;
  histogram.enable();
  return () => {
    if (performance.now() - readAt < readEveryMs) return medianMs;
    readAt = performance.now();
    medianMs = histogram.percentile(50) / 1e6;
    histogram.reset();
    return medianMs;
  };
}
