import { NotFoundError, UnavailableError, type Clock } from '@trellis-crm/sdk';
import type { Logger } from 'pino';
import type { InjectionToken } from 'tsyringe';
import type { Database } from '../database/database.js';
import {
  moduleIdentity,
  type CallRunner,
  type Generation,
  type JobRegistration,
  type ModuleContexts,
} from '../kernel/index.js';
import type { LiveChannel } from '../live/live-channel.js';
import { createProgressStore, type ProgressStore } from './job-progress.js';
import { JobRunner } from './job-runner.js';
import type { Succession } from './dead-workers.js';
import { Scheduler } from './scheduler.js';

/** What the jobs of a workspace are made of. */
export interface JobsParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly calls: CallRunner;
  readonly channel: LiveChannel;
  readonly succession: Succession;
  /** Asked when a job runs: contexts and jobs need each other. */
  contexts(): ModuleContexts;
  generation(): Generation;
  /** Locale and time zone that modules acting as themselves have; schedules follow the zone. */
  place(): { readonly locale: string; readonly timeZone: string };
}

/** Runs jobs and schedules. One per workspace and process. */
export interface Jobs {
  readonly runner: JobRunner;
  readonly scheduler: Scheduler;
  readonly progress: ProgressStore;
  /** Begins to run jobs here and to look at schedules. */
  start(): Promise<void>;
  /** Runs one job at once in this process, past the queue. @throws NotFoundError `job_not_found` */
  runNow(id: string, payload: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs all that is due by the workspace's clock until nothing is left, schedules included however late. For tests. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** The jobs of a workspace, in its container. */
export const Jobs: InjectionToken<Jobs> = Symbol('Jobs');

/** Wires runner, scheduler and progress; nothing runs until started or drained. */
export function createJobs(parts: JobsParts): Jobs {
  const { database, clock, log } = parts;
  const runner = new JobRunner({
    database,
    log,
    succession: parts.succession,
    jobs: () => parts.generation().jobs,
    runJob: (job, payload, signal) => callJob(parts, job, payload, signal),
  });
  const scheduler = new Scheduler({ knex: database.work, clock, log, timeZone: () => parts.place().timeZone });
  return {
    runner,
    scheduler,
    progress: createProgressStore({ knex: database.work, clock, channel: parts.channel }),
    async start() {
      await runner.start();
      scheduler.start();
    },
    async runNow(id, payload) {
      const job = parts.generation().jobs.get(id);
      if (job === undefined) throw new NotFoundError('job_not_found', { id }, { message: `There is no job "${id}"` });
      await callJob(parts, job, payload, new AbortController().signal);
    },
    async drain() {
      await scheduler.runDue(Infinity);
      await runner.drain(clock.now());
    },
    async close() {
      await scheduler.close();
      await runner.close();
    },
  };
}

const defaultTimeoutMs = 5 * 60_000;

async function callJob(
  parts: JobsParts,
  job: JobRegistration,
  payload: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<void> {
  const generation = parts.generation();
  const owner = generation.modules.find((one) => one.module === job.module);
  if (owner === undefined) throw new UnavailableError('plugin_disabled', { module: job.module });
  const identity = moduleIdentity(owner, parts.place());
  const timeoutMs = job.schedule.timeoutMs ?? defaultTimeoutMs;
  await parts.calls.run({ module: job.module, what: `job ${job.name}`, timeoutMs, signal }, (limit) =>
    job.run(parts.contexts().create({ generation, module: job.module, identity, signal: limit }), payload),
  );
}
