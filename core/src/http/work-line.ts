import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';

/** What a line of work looks at; replaced by tests. */
export interface WorkLineGauges {
  now(): number;
  /** How long the turns of the event loop took since the last call, in ms on average, without waiting for something to do. */
  turnMs(): number;
  /** Whether requests are refused at this time: until then turns may take long, and more is done for being done together. */
  isRefusing(): boolean;
}

/**
 * Lets fewer requests run at once while others are refused and turns of the event loop take long: the process then has too little processor time, most of
 * which goes to what its requests let others do, such as a database on the same machine. The others wait in line.
 */
export class WorkLine {
  readonly #running = new Set<Place>();
  readonly #waiting: ((place: Place) => void)[] = [];
  #places = Infinity;
  #adjustedAt = 0;
  #tick: NodeJS.Timeout | undefined;

  constructor(private readonly gauges: WorkLineGauges) {}

  /** Runs the work when its turn comes. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#adjust();
    const isFree = this.#waiting.length === 0 && this.#running.size < this.#places;
    const place = isFree ? this.#take() : await this.#wait();
    try {
      return await work();
    } finally {
      if (this.#running.delete(place)) this.#letIn();
    }
  }

  #take(): Place {
    const place = { since: this.gauges.now() };
    this.#running.add(place);
    return place;
  }

  #wait(): Promise<Place> {
    this.#tick ??= setInterval(() => this.#expire(), tickMs);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #letIn(): void {
    while (this.#running.size < this.#places) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      next(this.#take());
    }
    if (this.#waiting.length > 0) return;
    clearInterval(this.#tick);
    this.#tick = undefined;
  }

  /** Who runs for so long waits for somebody else, and keeps nobody from running. */
  #expire(): void {
    this.#adjust();
    for (const place of this.#running) {
      if (this.gauges.now() - place.since < placeMs) break;
      this.#running.delete(place);
    }
    this.#letIn();
  }

  #adjust(): void {
    const elapsedMs = this.gauges.now() - this.#adjustedAt;
    if (elapsedMs < adjustEveryMs) return;
    this.#adjustedAt += elapsedMs;
    const turnMs = this.gauges.turnMs();
    if (elapsedMs > forgetAfterMs || !this.gauges.isRefusing()) this.#places = Infinity;
    else if (turnMs > longTurnMs)
      this.#places = Math.max(fewestPlaces, Math.floor(Math.min(this.#places, this.#running.size) * 0.7));
    else if (turnMs < shortTurnMs) this.#places += 1;
  }
}

/** Held by a request that runs. */
interface Place {
  readonly since: number;
}

const tickMs = 50;
const placeMs = 250;
const adjustEveryMs = 100;
/** What was found out then is of no use when nothing came for so long. */
const forgetAfterMs = 1000;
const longTurnMs = 2;
const shortTurnMs = 1;
/** Enough to keep all processors busy. */
const fewestPlaces = availableParallelism();

/** Looks at the loop of this process. */
export function createTurnGauge(): () => number {
  let last = readLoop();
  return () => {
    const present = readLoop();
    const busyMs = present.atMs - last.atMs - (present.idleMs - last.idleMs);
    const turns = Math.max(1, present.turns - last.turns);
    last = present;
    return busyMs / turns;
  };
}

function readLoop(): { readonly atMs: number; readonly idleMs: number; readonly turns: number } {
  const { idleTime, uvMetricsInfo } = performance.nodeTiming;
  return { atMs: performance.now(), idleMs: idleTime, turns: uvMetricsInfo.loopCount };
}
