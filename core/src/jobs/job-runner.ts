import { EventEmitter } from 'node:events';
import {
  makeWorkerUtils,
  run,
  runOnce,
  type Runner,
  type RunnerOptions,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker';
import { UnavailableError } from '@trellis-crm/sdk';
import type pg from 'pg';
import type { Database } from '../database/database.js';
import { DeadWorkers, type Succession } from './dead-workers.js';
import { taskName } from './job-queue.js';
import { pausedFlags, runTask, type JobParts } from './job-task.js';
import { queueLogger } from './queue-logger.js';

/** What a runner needs besides {@link JobParts}. */
export interface JobRunnerParts extends Omit<JobParts, 'knex'> {
  readonly database: Database;
  readonly succession: Succession;
}

/** Jobs that run at once in this process. */
const concurrency = 3;
/** How often the queue is asked for jobs whose time has come; new ones are notified. */
const pollMs = 2000;
const restartMs = 1000;

/** Takes jobs from the queue and runs them. One per process that runs jobs. */
export class JobRunner {
  readonly #parts: JobRunnerParts;
  readonly #deadWorkers: DeadWorkers;
  #pool: pg.Pool | undefined;
  #runner: Runner | undefined;
  #restart: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(parts: JobRunnerParts) {
    this.#parts = parts;
    this.#deadWorkers = new DeadWorkers(parts.database.knex, parts.succession, parts.log);
  }

  /** Begins to take jobs, those of dead processes included. The queue's tables exist (`migrateJobQueue`). */
  async start(): Promise<void> {
    await this.#run();
    this.#deadWorkers.start();
  }

  /** @throws UnavailableError `jobs_stopped` while the started runner is down */
  checkRunning(): void {
    if (this.#restart !== undefined) throw new UnavailableError('jobs_stopped', { retryAfterSeconds: 2 });
  }

  /** Runs what is due at `now` (or by the database's clock), one after the other, until nothing is left. For tests and `trellis job run`. */
  async drain(now: Date): Promise<void> {
    while (await this.#makeDue(now)) await runOnce(this.#options());
  }

  /** Takes no more jobs; running ones get 5 s, then their signal aborts and the queue gives them to others later. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#deadWorkers.close();
    await this.#runner?.stop().catch(() => undefined);
    await this.#deadWorkers.unregister();
    await this.#pool?.end();
  }

  async #run(): Promise<void> {
    const events: WorkerEvents = new EventEmitter();
    let worker: string | undefined;
    // Jobs are locked in the name of the pool, not of its workers.
    events.on('pool:create', ({ workerPool }) => {
      worker = workerPool.id;
      this.#deadWorkers.register(worker);
    });
    const runner = await run({ ...this.#options(), concurrency, pollInterval: pollMs, parsedCronItems: [], events });
    this.#restart = undefined;
    this.#runner = runner;
    const ended = (error?: unknown): void => {
      if (this.#isClosed) return;
      if (worker !== undefined) this.#deadWorkers.end(worker);
      this.#runAgain(error);
    };
    runner.promise.then(() => ended(), ended);
  }

  /** The queue gives up by itself only on faults it does not know; jobs must go on nevertheless. */
  #runAgain(error: unknown): void {
    if (this.#isClosed) return;
    this.#parts.log.error({ err: error }, 'the job queue stopped; it is started again');
    this.#restart = setTimeout(() => {
      this.#run().catch((failure: unknown) => this.#runAgain(failure));
    }, restartMs).unref();
  }

  #options(): RunnerOptions {
    const { database, log } = this.#parts;
    this.#pool ??= database.openDirectPool(concurrency + 1);
    return {
      pgPool: this.#pool,
      taskList: this.#tasks(),
      noHandleSignals: true,
      forbiddenFlags: () => pausedFlags(database.knex),
      logger: queueLogger(log),
      // Without them nobody awaits that the end of a job is written down: a database that is gone just then would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    };
  }

  #tasks(): TaskList {
    const parts: JobParts = {
      knex: this.#parts.database.knex,
      log: this.#parts.log,
      jobs: () => this.#parts.jobs(),
      runJob: (job, payload, signal) => this.#parts.runJob(job, payload, signal),
    };
    return { [taskName]: (payload, { abortSignal }) => runTask(parts, payload, abortSignal) };
  }

  /** The queue knows only the database's clock: what is due by ours is brought forward. @returns whether anything is due */
  async #makeDue(now: Date): Promise<boolean> {
    const { knex } = this.#parts.database;
    const { rows } = await knex.raw<{ rows: { id: string }[] }>(dueStatement, [now, await pausedFlags(knex)]);
    if (rows.length === 0) return false;
    const utils = await makeWorkerUtils(this.#options());
    await utils.rescheduleJobs(
      rows.map(({ id }) => id),
      { runAt: new Date(0) },
    );
    await utils.release();
    return true;
  }
}

const dueStatement = `
  select id::text from graphile_worker.jobs
  where run_at <= greatest(?::timestamptz, now()) and locked_at is null and attempts < max_attempts
    and not (coalesce(flags, '{}') \\?| ?::text[])`;
