const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** Milliseconds to wait after each failed try but the last, on average a day in all. */
const delaysMs = [5000, 30_000, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 6 * hourMs, 15 * hourMs];

/** Tries after which a message is given up. */
export const maxAttempts = delaysMs.length + 1;

/** A webhook that nothing got through to for this long is paused when a message is given up. */
export const failingTooLongMs = 12 * hourMs;

/**
 * Milliseconds until the next try after `attempts` failed ones, spread by a fifth each way; null: it is given up.
 * @param askedMs what the receiver asked for (`Retry-After`); longer than that it may be, shorter not, up to a day
 */
export function retryDelayMs(attempts: number, askedMs = 0, random: () => number = Math.random): number | null {
  const delay = delaysMs[attempts - 1];
  if (delay === undefined) return null;
  return Math.max(Math.round(delay * (0.8 + random() * 0.4)), Math.min(askedMs, dayMs));
}

/** Seconds of a `Retry-After` as milliseconds; dates and nonsense count as none. */
export function retryAfterMs(header: string | undefined): number {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : 0;
}
