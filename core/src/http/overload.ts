import type { IncomingHttpHeaders } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

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
}

/**
 * A queue that stands is one whose requests take longer than they should while more are under way than the process gets
 * done in that time. A burst on an idle process is none, nor are a few requests that wait for somebody else.
 */
export function createAdmission(
  limits: OverloadLimits = defaultLimits,
  gauges: OverloadGauges = { now: () => performance.now(), loopDelayMs: createDelayGauge() },
): Admission {
  const recent = new RecentWork(limits.waitMs, gauges.now);
  let underWay = 0;
  let refused = 0;
  /** When the process last began to work, or finished something. */
  let movedAt = 0;
  const isOverloaded = (): boolean => {
    if (underWay < limits.alwaysTaken) return false;
    if (underWay >= limits.requests || gauges.loopDelayMs() > limits.loopDelayMs) return true;
    const isSlow = recent.isSlow() ?? gauges.now() - movedAt > limits.waitMs;
    return isSlow && underWay >= recent.doneWithin(limits.waitMs);
  };
  return {
    isOverloaded,
    async work(run) {
      const startedAt = gauges.now();
      if (underWay === 0) movedAt = startedAt;
      underWay += 1;
      try {
        return await run();
      } finally {
        underWay -= 1;
        movedAt = gauges.now();
        recent.note(movedAt - startedAt);
      }
    },
    get underWay() {
      return underWay;
    },
    get refused() {
      return refused;
    },
    countRefusal() {
      refused += 1;
    },
  };
}

const defaultLimits: OverloadLimits = { requests: 500, alwaysTaken: 20, waitMs: 250, loopDelayMs: 200 };

const bucketMs = 100;
const buckets = 10;

/** What was finished in the last second, in tenths of it. */
class RecentWork {
  readonly #done = new Array<number>(buckets).fill(0);
  readonly #slow = new Array<number>(buckets).fill(0);
  #current = 0;

  constructor(
    private readonly slowMs: number,
    private readonly now: () => number,
  ) {}

  note(tookMs: number): void {
    const place = this.#advance() % buckets;
    this.#done[place] = (this.#done[place] ?? 0) + 1;
    if (tookMs > this.slowMs) this.#slow[place] = (this.#slow[place] ?? 0) + 1;
  }

  /** Whether most of what was finished took too long; undefined when nothing was. */
  isSlow(): boolean | undefined {
    this.#advance();
    const done = sum(this.#done);
    return done === 0 ? undefined : sum(this.#slow) * 2 >= done;
  }

  /** Requests that are finished in so many milliseconds, at the rate of the last second. */
  doneWithin(ms: number): number {
    this.#advance();
    return (sum(this.#done) * ms) / (bucketMs * buckets);
  }

  /** Empties the tenths that have passed. @returns the present one */
  #advance(): number {
    const present = Math.floor(this.now() / bucketMs);
    const first = Math.max(this.#current + 1, present - buckets + 1);
    for (let bucket = first; bucket <= present; bucket += 1) {
      this.#done[bucket % buckets] = 0;
      this.#slow[bucket % buckets] = 0;
    }
    this.#current = present;
    return present;
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
