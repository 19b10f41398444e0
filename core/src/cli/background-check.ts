import type { EventLag } from '../events/lag.js';
import type { QueuedJob } from '../jobs/job-queue.js';
import type { CliContext } from './cli-context.js';
import type { Finding } from './finding.js';

/** Deliveries that wait longer than this while a server runs mean that it does not keep up. */
const longLagSeconds = 60;

/** Events and jobs: what is behind, and what was given up. Without a database there is nothing to say: its own check does. */
export async function checkBackground(cli: CliContext): Promise<Finding[]> {
  const workspace = await cli.workspace().catch(() => undefined);
  if (workspace === undefined) return [];
  const { knex } = workspace.database;
  const { readEventLag } = await import('../events/lag.js');
  const { listJobs } = await import('../jobs/job-queue.js');
  return [describeEvents(await readEventLag(knex, new Date())), describeJobs(await listJobs(knex))];
}

function describeEvents({ pending, due, dead, oldestSeconds }: EventLag): Finding {
  const detail = `${pending + due} waiting, ${dead} dead letters`;
  if (dead > 0)
    return { name: 'events', status: 'warning', detail, fix: 'see `trellis event dead`, mend the cause, then replay' };
  if (oldestSeconds > longLagSeconds)
    return { name: 'events', status: 'warning', detail, fix: 'start the server, or another process of it' };
  return { name: 'events', status: 'ok', detail };
}

function describeJobs(queued: readonly QueuedJob[]): Finding {
  const givenUp = queued.filter(({ attempts, maxAttempts }) => attempts >= maxAttempts).length;
  const detail = `${queued.length - givenUp} waiting or running, ${givenUp} given up`;
  if (givenUp === 0) return { name: 'jobs', status: 'ok', detail };
  return { name: 'jobs', status: 'warning', detail, fix: 'see `trellis job list` for their last errors' };
}
