import type { PluginHost } from '@trellis-crm/sdk';
import { loadStoredActor, Roles } from '../auth/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { endAbandoned } from './export-store.js';
import type { ExportParts } from './exports.js';

/** Exports of a workspace run beside its requests, on the pool of long work. */
export function exportParts({ database, clock, container, info, generation }: Workspace): ExportParts {
  return {
    ...{ knex: database.work, clock },
    actorNow: (actor) =>
      loadStoredActor({ knex: database.work, roles: container.resolve(Roles), place: info() }, generation(), actor),
  };
}

/** An export that runs longer has nobody who reads it. */
const longestMs = 3 * 3_600_000;

/** Registers the clean-up behind exports whose process died. */
export function registerExportJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job('end-abandoned-exports', { cron: '20 * * * *' }, async () => {
    const { database, clock } = workspace();
    const now = clock.now();
    await endAbandoned(database.work, new Date(now.getTime() - longestMs), now);
  });
}
