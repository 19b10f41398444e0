import type { Knex } from 'knex';

/** A job to run once, now or later. */
export interface NewJob {
  /** `core` or the plugin that registered it. */
  readonly module: string;
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Replaces a waiting job of the same module and key. */
  readonly key?: string;
  readonly runAt?: Date;
  /** Jobs of one queue run one after the other, whatever the process. */
  readonly queue?: string;
  /** Attempts until it is given up; 8 unless told. */
  readonly maxAttempts?: number;
}

/** What the one task of the queue is given. */
export interface JobPayload {
  readonly module: string;
  readonly name: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** The only task in the queue: it looks up the job in the current generation, so jobs outlive restarts of their plugin. */
export const taskName = 'trellis';

const defaultAttempts = 8;

/** Adds a job: in the transaction given, so that it exists if and only if that commits, or at once. Notifies: not for per-write use. */
export async function enqueueJob(connection: Knex, job: NewJob): Promise<void> {
  const { module, name, payload } = job;
  await connection.raw(
    `select from graphile_worker.add_job(?, payload => ?::json, run_at => ?::timestamptz, max_attempts => ?::integer,
       job_key => ?::text, flags => ?::text[], queue_name => ?::text)`,
    [
      taskName,
      JSON.stringify({ module, name, payload } satisfies JobPayload),
      job.runAt ?? null,
      job.maxAttempts ?? defaultAttempts,
      job.key === undefined ? null : `${module}:${job.key}`,
      [moduleFlag(module), jobFlag(module, name)],
      job.queue ?? null,
    ],
  );
}

/** Marks a job as one of its module: workers leave those of paused modules alone. */
export function moduleFlag(module: string): string {
  return `module:${module}`;
}

/** Drops the waiting jobs of a module, for archiving a plugin. Running ones end by themselves. */
export async function dropJobs(connection: Knex, module: string): Promise<void> {
  await connection.raw(
    `select from graphile_worker.complete_jobs(
       array(select id from graphile_worker.jobs where flags @> jsonb_build_object(?::text, true)))`,
    [moduleFlag(module)],
  );
}

/** A job that is not tried again. */
export interface GivenUpJob {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  /** What the last attempt said; null when none said anything, because its process died. */
  readonly lastError: string | null;
}

/** Takes those jobs of one kind out of the queue whose last attempt failed, for whoever knows what they were about. */
export async function takeGivenUpJobs(
  connection: Knex,
  job: Pick<NewJob, 'module' | 'name'>,
): Promise<readonly GivenUpJob[]> {
  const { rows } = await connection.raw<{ rows: GivenUpJob[] }>(takeGivenUpStatement, [jobFlag(job.module, job.name)]);
  return rows;
}

const takeGivenUpStatement = `
  select payload -> 'payload' as payload, attempts, last_error as "lastError"
  from graphile_worker.complete_jobs(array(
    select id from graphile_worker.jobs
    where flags @> jsonb_build_object(?::text, true) and attempts >= max_attempts and locked_at is null))`;

/** Condition that a job of core with this key waits or runs; so may one of its kind that was enqueued without a key. @param key SQL of the key */
export function isInQueue(name: string, key: string): string {
  return `exists (
    select from graphile_worker.jobs j
    where j.key = 'core:' || ${key} or (j.key is null and j.flags @> jsonb_build_object('${jobFlag('core', name)}', true))
  )`;
}

/** A job in the queue, as administrators see it. */
export interface QueuedJob {
  readonly id: string;
  /** `<module>:<name>` */
  readonly job: string;
  readonly runAt: Date;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly lastError: string | null;
  readonly isRunning: boolean;
}

/** The queue, next to run first, at most 200. */
export async function listJobs(connection: Knex): Promise<readonly QueuedJob[]> {
  const { rows } = await connection.raw<{ rows: QueuedJob[] }>(listStatement);
  return rows;
}

const listStatement = `
  select id::text, (select substr(flag, 5) from jsonb_object_keys(flags) flag where flag like 'job:%') as job, run_at as "runAt",
    attempts, max_attempts as "maxAttempts", last_error as "lastError", locked_at is not null as "isRunning"
  from graphile_worker.jobs order by run_at, id limit 200`;

function jobFlag(module: string, name: string): string {
  return `job:${module}:${name}`;
}
