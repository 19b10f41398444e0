import type { Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { enqueueJob } from './job-queue.js';
import { nextDue, type ScheduleTime } from './schedule.js';

/** What the scheduler needs from the rest of the workspace. */
export interface SchedulerParts {
  readonly knex: Knex;
  readonly clock: Clock;
  readonly log: BaseLogger;
  timeZone(): string;
}

const everyMs = 5000;
/** A run missed by more than this, since no process ran or the module was paused, is not caught up. */
const lateMs = 60_000;
const attempts = 3;

/** Enqueues scheduled jobs when their time comes: each due time once over all processes, by the lock on its row. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
  }

  /** Looks now and every 5 s. */
  start(): void {
    this.#timer = setTimeout(() => this.start(), everyMs).unref();
    this.#current = this.runDue(lateMs).catch((error: unknown) =>
      this.#parts.log.warn({ err: error }, 'schedules could not be looked at; tried again in 5 s'),
    );
  }

  /** Enqueues what is due and not later than `maxLateMs`; tests whose clock jumps pass Infinity. */
  async runDue(maxLateMs: number): Promise<void> {
    const time: ScheduleTime = { now: this.#parts.clock.now(), timeZone: this.#parts.timeZone() };
    await this.#parts.knex.transaction(async (trx) => {
      const { rows } = await trx.raw<{ rows: DueSchedule[] }>(dueStatement, [time.now, time.timeZone]);
      for (const schedule of rows) await this.#run(trx, schedule, time, maxLateMs);
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#current;
  }

  async #run(trx: Knex.Transaction, schedule: DueSchedule, time: ScheduleTime, maxLateMs: number): Promise<void> {
    const { id, module, dueAt } = schedule;
    const lateBy = time.now.getTime() - dueAt.getTime();
    const isDue = lateBy >= 0 && lateBy <= maxLateMs;
    await trx('core.schedules')
      .where({ id })
      .update({
        next_due: nextDue(schedule.cron, time),
        time_zone: time.timeZone,
        ...(isDue ? { last_due: dueAt } : {}),
      });
    if (!isDue) return;
    await enqueueJob(trx, {
      module,
      name: id.slice(module.length + 1),
      payload: {},
      key: `cron:${id}`,
      maxAttempts: attempts,
    });
  }
}

interface DueSchedule {
  /** `<module>:<job name>` */
  readonly id: string;
  readonly module: string;
  readonly cron: string;
  readonly dueAt: Date;
}

/** Those reckoned in another time zone are looked at too: the workspace's setting changed. */
const dueStatement = `
  select s.id, s.module, s.cron, s.next_due as "dueAt" from core.schedules s
  where (s.next_due <= ?::timestamptz or s.time_zone <> ?)
    and not exists (select from core.paused_modules p where p.module = s.module)
  order by s.id for update of s skip locked`;
