import type { PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { loadStoredActor, Roles } from '../auth/index.js';
import { enqueueJob, takeGivenUpJobs } from '../jobs/job-queue.js';
import { Jobs } from '../jobs/jobs.js';
import type { RecordRoom } from '../records/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { bulkKinds, bulkWork } from './bulk/bulk-work.js';
import { changeSetJob, ChangeSets, createChangeSets } from './change-sets.js';
import { changeTransactions } from './change-transactions.js';
import { undoKind, undoWork } from './undo/undo-work.js';

/** What change sets need that is not in the workspace's container. */
export interface ChangeSurroundings {
  readonly room: Pick<RecordRoom, 'world'>;
  wakeRelay(): void;
}

/** Puts {@link ChangeSets} into the workspace's container. Needs {@link Jobs} and {@link Roles} there. */
export function registerChanges(workspace: Workspace, { room, wakeRelay }: ChangeSurroundings): void {
  const { container, database, clock } = workspace;
  const { work: knex } = database;
  const signal = new AbortController().signal;
  container.register(ChangeSets, {
    useFactory: instanceCachingFactory((inner) =>
      createChangeSets({
        knex,
        clock,
        works: new Map([[undoKind, undoWork], ...Object.values(bulkKinds).map((kind) => [kind, bulkWork] as const)]),
        generation: () => workspace.generation(),
        progress: () => inner.resolve(Jobs).progress,
        enqueue: enqueueJob,
        takeGivenUp: (trx) => takeGivenUpJobs(trx, { module: 'core', name: changeSetJob }),
        identityOf: (actor) => {
          const parts = { knex, roles: inner.resolve(Roles), place: workspace.info() };
          return loadStoredActor(parts, workspace.generation(), actor);
        },
        transactionOf: (id, session) =>
          changeTransactions({ knex, world: room.world, wakeRelay }, id, { ...session, signal }),
      }),
    ),
  });
}

const hourMs = 3_600_000;

/** Registers core's jobs about change sets: working one off, and ending those that always failed. */
export function registerChangeJobs(host: PluginHost, workspace: () => Workspace): void {
  const changeSets = (): ChangeSets => workspace().container.resolve(ChangeSets);
  host.job(changeSetJob, { timeoutMs: hourMs }, (_, payload) => changeSets().run(String(payload['changeSetId'])));
  host.job('end-given-up-change-sets', { cron: '* * * * *' }, () => changeSets().endGivenUp());
}
