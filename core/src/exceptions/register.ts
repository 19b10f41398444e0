import { Guidelines, type PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import type { Endpoint } from '../http/endpoint.js';
import { enqueueJob } from '../jobs/job-queue.js';
import type { RecordRoom } from '../records/index.js';
import { recordScope } from '../records/record-scope.js';
import type { Workspace } from '../workspace/workspace.js';
import { exceptionEndpoints } from './api/exception-endpoints.js';
import { ruleEndpoints } from './api/rule-endpoints.js';
import { overdueTask } from './overdue-task.js';
import { createExceptions, Exceptions, type ExceptionSurroundings } from './exceptions.js';

/** Name of core's job that evaluates all rules. */
const evaluationJob = 'evaluate-exceptions';

const timeoutMs = 15 * 60_000;

/** Puts {@link Exceptions} into the workspace's container. */
export function registerExceptions(workspace: Workspace, surroundings: ExceptionSurroundings): void {
  workspace.container.register(Exceptions, {
    useFactory: instanceCachingFactory(() => createExceptions(workspace, surroundings)),
  });
}

/** Registers core's own rule, and its jobs: evaluating the rules each quarter of an hour, telling people of what is new, forgetting what was cleared long ago. */
export function registerExceptionRules(host: PluginHost, workspace: () => Workspace): void {
  const exceptions = (): Exceptions => workspace().container.resolve(Exceptions);
  host.job(evaluationJob, { cron: '*/15 * * * *', timeoutMs }, async () => {
    await exceptions().evaluate();
  });
  host.contribute(Guidelines, overdueTask);
  // After each evaluation.
  host.job('tell-exceptions', { cron: '5-59/15 * * * *', timeoutMs }, (ctx) => exceptions().tell(ctx));
  host.job('purge-exceptions', { cron: '35 3 * * *', timeoutMs }, () => exceptions().purge());
}

/** REST of exceptions and their rules. */
export function exceptionApi(workspace: Workspace, room: Pick<RecordRoom, 'callOf' | 'world'>): readonly Endpoint[] {
  const { database, clock, container } = workspace;
  const exceptions = (): Exceptions => container.resolve(Exceptions);
  const parts = {
    ...{ database, clock, exceptions },
    scopeOf: (request: Parameters<RecordRoom['callOf']>[0]) => recordScope(room.world, room.callOf(request), 'core'),
    evaluateSoon: () =>
      enqueueJob(database.knex, { module: 'core', name: evaluationJob, payload: {}, key: evaluationJob }),
  };
  return [...exceptionEndpoints(parts), ...ruleEndpoints(parts)];
}
