import type { Clock } from '@trellis-crm/sdk';

/** A clock that runs with the wall's and can be set forward. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** Starts at the present. */
export function createTestClock(): TestClock {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    advance(ms) {
      offsetMs += ms;
    },
  };
}
