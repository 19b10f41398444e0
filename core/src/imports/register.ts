import type { PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import { loadStoredActor, Roles } from '../auth/index.js';
import { enqueueJob, takeGivenUpJobs } from '../jobs/job-queue.js';
import { Jobs } from '../jobs/jobs.js';
import type { ModuleContexts } from '../kernel/index.js';
import type { RecordRoom } from '../records/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { importJob } from './import-job.js';
import { createImports, Imports } from './import-service.js';
import { purgeImports } from './import-store.js';
import { importTransactions } from './import-transactions.js';

/** What imports need that is not in the workspace's container. */
export interface ImportSurroundings {
  readonly room: Pick<RecordRoom, 'world'>;
  contexts(): ModuleContexts;
  wakeRelay(): void;
}

/** Puts {@link Imports} into the workspace's container. Needs {@link Jobs} and {@link Roles} there. */
export function registerImports(workspace: Workspace, { room, contexts, wakeRelay }: ImportSurroundings): void {
  const { container, database, clock } = workspace;
  const generation = (): ReturnType<Workspace['generation']> => workspace.generation();
  container.register(Imports, {
    useFactory: instanceCachingFactory((inner) =>
      createImports({
        database,
        clock,
        generation,
        info: () => workspace.info(),
        progress: () => inner.resolve(Jobs).progress,
        enqueue: enqueueJob,
        takeGivenUp: (trx) => takeGivenUpJobs(trx, { module: 'core', name: importJob }),
        identityOf: (actor) =>
          loadStoredActor(
            { knex: database.work, roles: inner.resolve(Roles), place: workspace.info() },
            generation(),
            actor,
          ),
        transactionOf: (identity, used, signal) =>
          importTransactions(
            { knex: database.work, world: room.world, contexts, wakeRelay },
            { identity, generation: used, signal },
          ),
      }),
    ),
  });
}

const hourMs = 3_600_000;
const keepMs = 30 * 24 * hourMs;

/** Registers core's jobs about imports: running one, ending those that always failed, and forgetting old ones with their files. */
export function registerImportJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job(importJob, { timeoutMs: hourMs }, async (_, payload) => {
    await workspace().container.resolve(Imports).run(String(payload['importId']));
  });
  host.job('end-given-up-imports', { cron: '* * * * *' }, () => workspace().container.resolve(Imports).endGivenUp());
  host.job('purge-imports', { cron: '0 4 * * *', timeoutMs: hourMs }, async () => {
    const { database, clock } = workspace();
    await purgeImports(database.work, new Date(clock.now().getTime() - keepMs));
  });
}
