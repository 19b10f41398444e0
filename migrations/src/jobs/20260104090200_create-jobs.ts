import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What the job queue does not know: schedules with their next due time, jobs put aside because their module is paused,
 * and the progress of long jobs, which outlives them.
 */
export const createJobs: Migration = {
  name: '20260104090200_create-jobs',
  phase: 'expand',
  async up(step) {
    await step.sql(`
      create table core.schedules (
        id text primary key,
        module text not null,
        cron text not null,
        time_zone text not null,
        next_due timestamptz(3) not null,
        last_due timestamptz(3)
      )`);
    await step.sql(`
      create table core.parked_jobs (
        id bigint generated always as identity primary key,
        module text not null,
        name text not null,
        payload jsonb not null,
        job_key text,
        max_attempts integer not null,
        parked_at timestamptz(3) not null
      )`);
    await step.sql('create index parked_jobs_module on core.parked_jobs (module)');
    await step.sql(`
      create table core.job_progress (
        id uuid primary key,
        kind text not null,
        owner_id uuid,
        state text not null check (state in ('waiting', 'running', 'done', 'failed')),
        done integer not null default 0,
        total integer,
        message text,
        created_at timestamptz(3) not null,
        started_at timestamptz(3),
        finished_at timestamptz(3)
      )`);
  },
  async down(step) {
    for (const table of ['job_progress', 'parked_jobs', 'schedules']) await step.sql(`drop table core.${table}`);
  },
};
