import type { Migration } from '@trellis-crm/sdk/migrations/v1';

/**
 * What the job queue does not know: schedules with their next due time, which process each of its workers lives in (so
 * that jobs of a dead one are released), and the progress of long jobs, which outlives them.
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
      create table core.job_workers (
        worker_id text primary key,
        process_id uuid not null,
        started_at timestamptz(3) not null default now()
      )`);
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
    for (const table of ['job_progress', 'job_workers', 'schedules']) await step.sql(`drop table core.${table}`);
  },
};
