import type { PluginHost } from '@trellis-crm/sdk';
import { purgeExpiredLogins } from '../auth/index.js';
import { purgeEvents } from '../events/retention.js';
import { keepAnswers, keepAnswersJob, rebuildJob } from '../records/index.js';
import { purgeIdempotencyKeys } from '../http/idempotency/key-store.js';
import { purgeTrash, type TrashParts } from './purge-trash.js';

/** What core's own jobs need beyond a context. */
export interface CoreJobParts extends TrashParts {
  /** Deletes plugins whose 30 days in the archive are over, after an export. */
  purgeExpiredPlugins(): Promise<unknown>;
  /** Makes the search rows anew whose fields have changed. */
  rebuildSearch(): Promise<void>;
}

const hourMs = 3_600_000;

/** Registers the clean-up of core, mostly nightly, in the small hours of the workspace, and what follows from other plugins. */
export function registerCoreJobs(host: PluginHost, parts: CoreJobParts): void {
  host.job('purge-trash', { cron: '15 3 * * *', timeoutMs: hourMs }, () => purgeTrash(parts));
  host.job('purge-events', { cron: '30 3 * * *', timeoutMs: hourMs }, () => purgeEvents(parts.knex, parts.clock.now()));
  host.job('purge-removed-plugins', { cron: '0 4 * * *', timeoutMs: hourMs }, async () => {
    await parts.purgeExpiredPlugins();
  });
  host.job(keepAnswersJob, { cron: '5 3 * * *', timeoutMs: hourMs }, async () => {
    await keepAnswers(parts.knex, parts.entities());
  });
  host.job(rebuildJob, { timeoutMs: hourMs }, () => parts.rebuildSearch());
  host.job('purge-idempotency-keys', { cron: '50 * * * *' }, async () => {
    await purgeIdempotencyKeys(parts.knex, parts.clock.now());
  });
  host.job('purge-expired-logins', { cron: '45 3 * * *' }, () => purgeExpiredLogins(parts.knex, parts.clock.now()));
}
