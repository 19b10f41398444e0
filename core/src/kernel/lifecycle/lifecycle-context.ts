import { NotFoundError } from '@trellis-crm/sdk';
import { runUnit, type UnitOfWork } from '../../database/unit-of-work.js';
import { discoverPlugins } from './discovery.js';
import type { CodeLoader } from './code-loader.js';
import type { LifecycleParts } from './lifecycle-parts.js';
import { findPlugin, raiseNumber, readPlugins, type PluginRow } from './plugin-row.js';
import type { RunningPlugins } from './running-plugins.js';
import type { SecretBox } from '../../secrets/index.js';

/** What every verb works with. */
export interface LifecycleContext {
  readonly parts: LifecycleParts;
  readonly loader: CodeLoader;
  readonly running: RunningPlugins;
  readonly secrets: SecretBox;
}

/** Changes what is active in one transaction that also raises the number all processes look at. @returns that number */
export function changeActive(
  { parts }: LifecycleContext,
  change: (unit: UnitOfWork) => Promise<void>,
): Promise<number> {
  return runUnit(parts.database.work, parts.wakeRelay, async (unit) => {
    await change(unit);
    return raiseNumber(unit.trx);
  });
}

/** A plugin, one that was put into the folder a moment ago too. @throws NotFoundError `plugin_not_found` */
export async function getPlugin({ parts }: LifecycleContext, id: string): Promise<PluginRow> {
  const known = await findPlugin(parts.database.knex, id);
  if (known !== undefined) return known;
  await discoverPlugins(parts.database.knex, parts.pluginsDir, parts.log);
  const row = await findPlugin(parts.database.knex, id);
  if (row === undefined)
    throw new NotFoundError('plugin_not_found', { plugin: id }, { message: `There is no plugin "${id}"` });
  return row;
}

/** Rows of active plugins in the form the dependency rules take. */
export async function readActive({ parts }: LifecycleContext) {
  const rows = await readPlugins(parts.database.knex);
  return rows.filter(({ state }) => state === 'active').map(toDependent);
}

/** A row in the form the dependency rules take. */
export function toDependent(row: PluginRow) {
  return { id: row.id, version: row.version, requires: row.package.requires, optional: row.package.optional, row };
}
