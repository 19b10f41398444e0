import { setTimeout as sleep } from 'node:timers/promises';

/** Repeats `work` until it does not fail any more, at most a minute (machines are shared); then it fails with the last reason. */
export async function eventually<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
