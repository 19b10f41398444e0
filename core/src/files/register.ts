import type { PluginHost } from '@trellis-crm/sdk';
import { instanceCachingFactory } from 'tsyringe';
import type { Workspace } from '../workspace/workspace.js';
import { FileStore, megabyte } from './file-store.js';
import { purgeFiles } from './purge-files.js';

/** Puts the store of files into the workspace's container. */
export function registerFiles({ container, database, clock, config }: Workspace): void {
  container.register(FileStore, {
    useFactory: instanceCachingFactory(
      () =>
        new FileStore({
          knex: database.knex,
          clock,
          dataDir: config.dataDir,
          maxBytes: config.fileMaxMb * megabyte,
          quotaBytes: config.filesQuotaMb * megabyte,
        }),
    ),
  });
}

/** Registers the nightly clean-up of files that no record holds. */
export function registerFileJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job('purge-files', { cron: '40 3 * * *', timeoutMs: 3_600_000 }, () => {
    const { database, clock, container } = workspace();
    return purgeFiles({ knex: database.work, clock, folder: container.resolve(FileStore).folder });
  });
}
