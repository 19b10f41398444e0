import { monitorEventLoopDelay } from 'node:perf_hooks';
import { UnavailableError } from '@trellis-crm/sdk';
import type { Step } from './request-state.js';

/** When a process stops taking on more work. */
export interface OverloadLimits {
  /** Requests under way at most. */
  readonly requests: number;
  /** Requests that are always taken, however slow the event loop is. */
  readonly alwaysTaken: number;
  /** Median delay of the event loop over the last second from which on only `alwaysTaken` are served. */
  readonly loopDelayMs: number;
}

/** Answers 503 before work begins when the process has more under way than it can finish in time. */
export function shedOverload(limits: OverloadLimits = defaultLimits): Step {
  const delay = createDelayGauge();
  let underWay = 0;
  return async (_ctx, next) => {
    const isSlow = underWay >= limits.alwaysTaken && delay.currentMs() > limits.loopDelayMs;
    if (underWay >= limits.requests || isSlow) throw new UnavailableError('overloaded', { retryAfterSeconds: 2 });
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
    }
  };
}

const defaultLimits: OverloadLimits = { requests: 500, alwaysTaken: 20, loopDelayMs: 200 };

/** Reads the histogram at most once a second, when somebody asks, so that an idle process has no timer. */
function createDelayGauge(): { currentMs(): number } {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  let readAt = 0;
  let medianMs = 0;
  histogram.enable();
  return {
    currentMs() {
      if (performance.now() - readAt < 1000) return medianMs;
      readAt = performance.now();
      medianMs = histogram.percentile(50) / 1e6;
      histogram.reset();
      return medianMs;
    },
  };
}
