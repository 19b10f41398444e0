import { setTimeout as sleep } from 'node:timers/promises';
import { isFullRun } from './scale.js';

/** A long run meets busier moments than a short one. */
const patienceMs = isFullRun ? 300_000 : 60_000;

/** Repeats `work` until it does not fail any more, at most a minute or five (machines are shared); then it fails with the last reason. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
