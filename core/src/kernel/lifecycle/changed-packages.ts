import type { Knex } from 'knex';
import type { Client } from 'pg';
import { readLedger } from '../../database/migrator/index.js';
import { readPlugin } from '../manifest/plugin-package.js';
import { hashPlugin } from './plugin-files.js';
import { readPlugins } from './plugin-row.js';

/** A plugin in use whose files are not those that were enabled. */
export interface ChangedPackage {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Names of migrations that were not applied yet. */
  readonly migrations: readonly string[];
}

/** Compares the active plugins with their folders, without running their code. On an empty database there are none. */
export async function readPluginChanges(knex: Knex, client: Client): Promise<readonly ChangedPackage[]> {
  const ledger = await readLedger(client);
  if (ledger.length === 0) return [];
  const active = (await readPlugins(knex)).filter(({ state }) => state === 'active');
  const changes = await Promise.all(
    active.map(async ({ id, version, location, integrity }) => {
      const found = await readPlugin(location).catch(() => undefined);
      if (found === undefined || (await hashPlugin(location)) === integrity) return [];
      const applied = new Set(ledger.filter(({ module }) => module === id).map(({ name }) => name));
      const migrations = found.manifest.migrations.map(({ name }) => name).filter((name) => !applied.has(name));
      return [{ id, from: version, to: found.version, migrations }];
    }),
  );
  return changes.flat();
}
