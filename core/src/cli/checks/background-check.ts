import type { Knex } from 'knex';
import type { EventLag } from '../../events/lag.js';
import type { CliContext } from '../cli-context.js';
import { examinableWorkspace } from './examinable-workspace.js';
import type { Finding } from './finding.js';

/** Deliveries that wait longer than this while a server runs mean that it does not keep up. */
const longLagSeconds = 60;

/** Events and jobs: what is behind, what was given up, what is stuck, and whether the workspace is held. */
export async function checkBackground(cli: CliContext): Promise<Finding[]> {
  const workspace = await examinableWorkspace(cli);
  if (workspace === undefined) return [];
  const { knex } = workspace.database;
  const { readEventLag } = await import('../../events/lag.js');
  const { Hold } = await import('../../hold/index.js');
  const held = workspace.container.resolve(Hold).current();
  if (held !== null) return [describeHold(held.since, held.reason)];
  return [describeEvents(await readEventLag(knex, new Date())), ...describeJobs(await readJobs(knex))];
}

function describeHold(since: Date, reason: string): Finding {
  return {
    name: 'hold',
    status: 'warning',
    detail: `this copy sends nothing since ${since.toISOString()}: ${reason}`,
    fix: 'trellis release, when it is to be the real one',
  };
}

function describeEvents({ pending, due, dead, oldestSeconds }: EventLag): Finding {
  const detail = `${pending + due} waiting, ${dead} dead letters`;
  if (dead > 0)
    return { name: 'events', status: 'warning', detail, fix: 'see `trellis event dead`, mend the cause, then replay' };
  if (oldestSeconds > longLagSeconds)
    return { name: 'events', status: 'warning', detail, fix: 'start the server, or another process of it' };
  return { name: 'events', status: 'ok', detail };
}

interface JobState {
  readonly waiting: number;
  readonly givenUp: number;
  /** Due for more than 5 minutes, of modules that are not paused. */
  readonly late: number;
  /** Running for more than an hour, or held by a worker that no live process has. */
  readonly stuck: number;
}

function describeJobs({ waiting, givenUp, late, stuck }: JobState): Finding[] {
  const name = 'jobs';
  const warning = (detail: string, fix: string): Finding => ({ name, status: 'warning', detail, fix });
  const found = [
    ...(givenUp > 0 ? [warning(`${givenUp} given up`, 'see `trellis job list` for their last errors')] : []),
    ...(stuck > 0
      ? [
          warning(
            `${stuck} stuck: running for more than an hour, or their process is gone`,
            'a running server takes them back within a minute; see `trellis job list`',
          ),
        ]
      : []),
    ...(late > 0 ? [warning(`${late} due for more than 5 minutes`, 'start the server, or another worker')] : []),
  ];
  return found.length > 0 ? found : [{ name, status: 'ok', detail: `${waiting} waiting or running, 0 given up` }];
}

async function readJobs(knex: Knex): Promise<JobState> {
  const { rows } = await knex.raw<{ rows: readonly [JobState] }>(jobsStatement);
  return rows[0];
}

const jobsStatement = `
  select count(*) filter (where j.attempts < j.max_attempts or j.locked_at is not null)::int as waiting,
    count(*) filter (where j.attempts >= j.max_attempts and j.locked_at is null)::int as "givenUp",
    count(*) filter (where j.locked_at is null and j.attempts < j.max_attempts and j.run_at < now() - interval '5 minutes'
      and not exists (select from core.paused_modules p where j.flags \\? ('module:' || p.module)))::int as late,
    count(*) filter (where j.locked_at is not null and (j.locked_at < now() - interval '1 hour' or not exists (
      select from core.job_workers w join core.processes p on p.id = w.process_id
      where w.worker_id = j.locked_by and p.beat_at > now() - interval '30 seconds')))::int as stuck
  from graphile_worker.jobs j`;
