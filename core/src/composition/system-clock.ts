import type { Clock } from '@trellis-crm/sdk';

/** The clock on the wall. */
export const systemClock: Clock = { now: () => new Date() };
