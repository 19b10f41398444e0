import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Effort, LoadOrder, Round, Workload } from './round.js';

/** The process that asks. */
export interface LoadGenerator {
  /** Hands requests over once, so that rounds begin at once. @returns what runs one round of them */
  add(workload: Workload): (effort: Effort) => Promise<Round>;
  stop(): void;
}

/** Starts it. */
export function startLoadGenerator(): LoadGenerator {
  const child = fork(fileURLToPath(new URL('load-process.js', import.meta.url)), { serialization: 'advanced' });
  let count = 0;
  const tell = (order: LoadOrder): void => {
    child.send(order);
  };
  return {
    add(workload) {
      const id = count++;
      tell({ type: 'workload', id, workload });
      return async (effort) => {
        const answered = once(child, 'message');
        tell({ type: 'round', id, effort });
        const [outcome] = (await answered) as [Round | { readonly error: string }];
        if ('error' in outcome) throw new Error(outcome.error);
        return outcome;
      };
    },
    stop: () => void child.kill(),
  };
}
