import type { MigrationPhase } from '@trellis-crm/sdk';
import { migrate, type MigrateOptions, type MigrateReport } from '../../database/migrator/index.js';
import { migrationsOf } from '../manifest/load-plugin.js';
import type { LoadedPlugin } from './code-loader.js';
import type { LifecycleParts } from './lifecycle-parts.js';

const minuteMs = 60_000;

/** How long a migration may take: what locks tables is instant or wrong, what goes over rows takes as long as there are rows. */
const timeoutsMs: Readonly<Record<MigrationPhase, number>> = {
  expand: 5 * minuteMs,
  contract: 5 * minuteMs,
  validate: 6 * 60 * minuteMs,
  index: 6 * 60 * minuteMs,
  data: 24 * 60 * minuteMs,
};

/** Brings the tables of plugins up to date; their code runs within the boundary around all calls into it. @throws PluginError */
export async function migratePlugins(
  { database, log, calls }: Pick<LifecycleParts, 'database' | 'log' | 'calls'>,
  plugins: readonly Pick<LoadedPlugin, 'plugin' | 'registrations'>[],
  options: Pick<MigrateOptions, 'mayContract'> = {},
): Promise<MigrateReport> {
  const client = await database.connectDirect();
  const modules = plugins.map(({ plugin, registrations }) => migrationsOf(plugin, registrations));
  try {
    return await migrate(client, modules, {
      log,
      ...options,
      apply: (module, { name, phase }, up) =>
        calls.run({ module, what: `migration ${name}`, timeoutMs: timeoutsMs[phase] }, up),
    });
  } finally {
    await client.end();
  }
}
