import { ConflictError } from '@trellis-crm/sdk';
import { StartError } from '@trellis-crm/config';
import { Command } from 'commander';
import type { QueuedJob } from '../../jobs/job-queue.js';
import type { Schedule } from '../../jobs/schedule.js';
import type { CliContext } from '../cli-context.js';

/** `trellis job list|run`: what is queued and scheduled, and running one job now. */
export function jobCommand(cli: CliContext): Command {
  const job = new Command('job').summary('background jobs and schedules');
  job
    .command('list')
    .summary('show waiting, running and scheduled jobs')
    .action(() => listAll(cli));
  job
    .command('run')
    .summary('run a job now, in this process')
    .argument('<job>', '<module>:<name>, as `trellis job list` shows it')
    .option('--payload <json>', 'JSON object handed to the job', '{}')
    .addHelpText(
      'after',
      '\nFor example `trellis job run core:find-duplicates` looks through all records for likely duplicates.',
    )
    .action((name: string, { payload }: { payload: string }) => runJob(cli, name, payload));
  return job;
}

async function listAll(cli: CliContext): Promise<void> {
  const { database } = await cli.workspace();
  const { listJobs } = await import('../../jobs/job-queue.js');
  const { listSchedules } = await import('../../jobs/schedule.js');
  const [queued, scheduled] = [await listJobs(database.knex), await listSchedules(database.knex)];
  cli.output.result({ queued, scheduled }, () => [
    ...cli.output.table([['QUEUED', 'STATE', 'ATTEMPTS', 'NEXT RUN', 'LAST ERROR'], ...queued.map(toQueuedRow)]),
    '',
    ...cli.output.table([['SCHEDULED', 'STATE', 'CRON', 'NEXT RUN', 'LAST RUN'], ...scheduled.map(toScheduledRow)]),
  ]);
}

async function runJob(cli: CliContext, name: string, payload: string): Promise<void> {
  const values = parsePayload(payload);
  const workspace = await cli.workspace();
  await refuseHeld(workspace);
  const start = performance.now();
  await workspace.jobs.runNow(name, values);
  const seconds = (performance.now() - start) / 1000;
  cli.output.result({ job: name, seconds }, () => `${name} ran for ${seconds.toFixed(1)} s`);
}

async function refuseHeld({ container }: Awaited<ReturnType<CliContext['workspace']>>): Promise<void> {
  const { Hold } = await import('../../hold/index.js');
  if (container.resolve(Hold).current() !== null)
    throw new ConflictError(
      'workspace_held',
      {},
      { message: 'This is a restored copy: no job runs before `trellis release`' },
    );
}

function parsePayload(text: string): Readonly<Record<string, unknown>> {
  const value = readJson(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new StartError(`--payload ${text} cannot be used`, {
    reason: 'it is not a JSON object',
    fix: `write --payload '{"name": "value"}'`,
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toQueuedRow(job: QueuedJob): string[] {
  const state = job.isRunning ? 'running' : job.attempts >= job.maxAttempts ? 'given up' : 'waiting';
  const [firstLine = ''] = (job.lastError ?? '').split('\n');
  return [job.job, state, `${job.attempts}/${job.maxAttempts}`, job.runAt.toISOString(), firstLine];
}

function toScheduledRow({ id, isPaused, cron, timeZone, nextDue, lastDue }: Schedule): string[] {
  const last = lastDue?.toISOString() ?? 'never';
  return [id, isPaused ? 'paused' : 'active', `${cron} ${timeZone}`, nextDue.toISOString(), last];
}
