import type { PluginHost } from '@trellis-crm/sdk';
import type { Workspace } from '../workspace/workspace.js';
import { lookThrough } from './look-through.js';

/** Name of the job that looks through the base. */
export const duplicatesJob = 'find-duplicates';

const hourMs = 3_600_000;

/** Registers looking through the base for likely duplicates: every night, and whenever somebody asks. */
export function registerDuplicateJobs(host: PluginHost, workspace: () => Workspace): void {
  host.job(duplicatesJob, { cron: '30 2 * * *', timeoutMs: hourMs }, async () => {
    const { database, clock, generation } = workspace();
    await lookThrough({ knex: database.work, clock, entities: generation().entities.values() });
  });
}
