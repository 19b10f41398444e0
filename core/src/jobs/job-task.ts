import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import type { JobRegistration } from '../kernel/registrations.js';
import { enqueueJob, moduleFlag, type JobPayload } from './job-queue.js';

/** What running jobs needs from the rest of the workspace. */
export interface JobParts {
  readonly knex: Knex;
  readonly log: BaseLogger;
  /** Jobs of the current generation by `<module>:<name>`. */
  jobs(): ReadonlyMap<string, JobRegistration>;
  /** Calls the job inside the kernel's boundary (its own time-out, attribution). `signal` aborts when the process stops. */
  runJob(job: JobRegistration, payload: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void>;
}

/** How long a job waits that this process cannot run although its module is not paused: its generation is behind. */
const unknownRetryMs = 5000;

/** Runs one job taken from the queue. What is thrown makes the queue try again later. */
export async function runTask(parts: JobParts, task: unknown, signal: AbortSignal): Promise<void> {
  if (!isJobPayload(task)) throw new TypeError('The queue holds a job that names no module and job');
  const job = parts.jobs().get(`${task.module}:${task.name}`);
  if (job !== undefined && !(await isPaused(parts.knex, task.module))) {
    await parts.runJob(job, task.payload, signal);
    return;
  }
  parts.log.debug({ module: task.module, job: task.name }, 'job put off: its module is not active here');
  await enqueueJob(parts.knex, { ...task, runAt: new Date(Date.now() + unknownRetryMs) });
}

/** Flags of the jobs to leave alone now. */
export async function pausedFlags(knex: Knex): Promise<string[]> {
  const rows = await knex<{ module: string }>('core.paused_modules').select('module');
  return rows.map(({ module }) => moduleFlag(module));
}

async function isPaused(knex: Knex, module: string): Promise<boolean> {
  return (await knex('core.paused_modules').where({ module }).first('module')) !== undefined;
}

function isJobPayload(value: unknown): value is JobPayload {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'module' in value &&
    typeof value.module === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'payload' in value
  );
}
