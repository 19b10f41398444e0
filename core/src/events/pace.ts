/** How background work and requests share a process: while requests keep the database busy, events take a small share. */
export interface Pace {
  /** Whether requests leave little room now. */
  readonly isBusy: boolean;
  /**
   * Milliseconds to rest after a piece of work; 0 when nobody is in the way.
   * @param lagMs how late the work was: what waited for long gets a larger share, so that nothing starves
   */
  restMs(tookMs: number, lagMs: number): number;
}

/** Connections in use or waited for by others, on average, from which on requests count as busy. */
const busyConnections = 3;
const averageOverMs = 100;
const longestRestMs = 500;

/** Lag up to which a share of the time is taken, the last one without end. */
const shares = [
  { lagMs: 10_000, share: 0.1 },
  { lagMs: 60_000, share: 0.3 },
  { lagMs: Infinity, share: 1 },
] as const;

/** @param others connections of the request pool that are used or waited for by anybody else, at this moment */
export function createPace(others: () => number, now: () => number = () => performance.now()): Pace {
  let average = 0;
  let readAt = now();
  const isBusy = (): boolean => {
    const time = now();
    const weight = 1 - Math.exp((readAt - time) / averageOverMs);
    average += (others() - average) * weight;
    readAt = time;
    return average >= busyConnections;
  };
  return {
    get isBusy() {
      return isBusy();
    },
    restMs(tookMs, lagMs) {
      if (!isBusy()) return 0;
      const share = shares.find((step) => lagMs <= step.lagMs)?.share ?? 1;
      return Math.min(longestRestMs, tookMs * (1 / share - 1));
    },
  };
}
