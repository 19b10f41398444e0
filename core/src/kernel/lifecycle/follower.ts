import { isConnectionLost, isPoolTimeout } from '../../database/index.js';
import type { LifecycleContext } from './lifecycle-context.js';
import { readNumber } from './plugin-row.js';
import { beat, leave } from './processes.js';

/** Keeps this process in step with the others: signs of life, and a refresh when another one changed what is active. */
export interface Follower {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Looked at twice a second, so that a change is followed within one; a single row, and no connection is held for it. */
const lookMs = 500;
const looksPerBeat = 2;

/** Creates the follower of one process. */
export function createFollower(context: LifecycleContext): Follower {
  const { database, generations, log, process } = context.parts;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = true;
  let looks = 0;
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    if ((await readNumber(database.knex)) > generations.current().number) await context.running.refresh();
    if (looks % looksPerBeat === 0) await giveSign(context);
    await context.running.finishMigrations();
    looks += 1;
  };
  const tick = (): void => {
    running = look()
      .catch((error: unknown) => {
        // The database is away for a moment; requests say so themselves.
        const level = isConnectionLost(error) || isPoolTimeout(error) ? 'debug' : 'error';
        log[level]({ err: error }, 'could not follow a change of plugins');
      })
      .then(() => {
        if (!isStopped) timer = setTimeout(tick, lookMs).unref();
      });
  };
  return {
    async start() {
      isStopped = false;
      await giveSign(context);
      timer = setTimeout(tick, lookMs).unref();
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      clearTimeout(timer);
      await running;
      await leave(database.knex, process.id).catch(() => undefined);
    },
  };
}

function giveSign({ parts, running }: LifecycleContext): Promise<void> {
  const lacks = [...running.problems().keys()];
  return beat(parts.database.knex, { ...parts.process, generation: running.served(), lacks });
}
