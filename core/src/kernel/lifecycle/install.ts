import { ConflictError, PluginError } from '@trellis-crm/sdk';
import semver from 'semver';
import { readPlugin } from '../manifest/plugin-package.js';
import { runPluginCode } from './code-loader.js';
import { assertNoConflicts, findConflicts } from './dependencies.js';
import { makeCopy, type InstalledCopy } from './installed-copy.js';
import type { Step } from './journal.js';
import { changeActive, getPlugin, readActive, toDependent, type LifecycleContext } from './lifecycle-context.js';
import { migratePlugins } from './migrate-plugins.js';
import { packageSource } from './package-source.js';
import { hashPlugin } from './plugin-files.js';
import { findPlugin, savePackage, updatePlugin, type PluginRow } from './plugin-row.js';

/**
 * Copies a package into the data folder and offers it as staged; none of its code runs.
 * @returns the plugin's id
 * @throws PluginError for a package that is not in order; ConflictError `plugin_installed`, `plugin_archived`
 */
export async function install(context: LifecycleContext, path: string, step: Step): Promise<string> {
  await step('fetch');
  const { plugin, integrity } = await makeCopy(await packageSource(path), context.parts.dataDir);
  await step('stage', plugin.id);
  const row = await findPlugin(context.parts.database.knex, plugin.id);
  if (row?.state === 'archived')
    throw new ConflictError(
      'plugin_archived',
      { plugin: plugin.id },
      { message: `${plugin.id} was removed with its data; restore or purge it first` },
    );
  if (row !== undefined && row.state !== 'staged')
    throw new ConflictError(
      'plugin_installed',
      { plugin: plugin.id },
      { message: `${plugin.id} ${row.version} is installed; upgrade it instead` },
    );
  await savePackage(context.parts.database.knex, plugin, integrity, 'staged');
  await updatePlugin(context.parts.database.knex, plugin.id, { reason: null });
  return plugin.id;
}

/** What an upgrade led to. */
export interface UpgradeOutcome {
  readonly from: string;
  readonly to: string;
  /** The new code runs in new processes only; the supervisor replaces them, or somebody restarts the server. */
  readonly isRestartNeeded: boolean;
}

/**
 * Moves a plugin to other code: that of a package, or what its folder now holds. The tables are widened first, so processes with
 * the old code go on until they are replaced; `contract` migrations wait for that.
 * @throws PluginError; ConflictError `plugin_required` when others need the old version, `downgrade`
 */
export async function upgrade(
  context: LifecycleContext,
  id: string,
  path: string | undefined,
  step: Step,
): Promise<UpgradeOutcome> {
  const row = await getPlugin(context, id);
  if (row.state === 'archived')
    throw new ConflictError('plugin_archived', { plugin: id }, { message: `${id} was removed; restore it first` });
  await step('fetch');
  const next = await fetchNext(context, row, path);
  await step('check');
  await assertFits(context, row, next);
  const outcome = { from: row.version, to: next.plugin.version };
  if (row.state !== 'active') {
    await savePackage(context.parts.database.knex, next.plugin, next.integrity, row.state);
    await updatePlugin(context.parts.database.knex, id, { reason: null });
    return { ...outcome, isRestartNeeded: false };
  }
  if (next.plugin.folder !== row.location) {
    await step('migrate');
    await widen(context, next);
  }
  await step('switch');
  await changeActive(context, (unit) => savePackage(unit.trx, next.plugin, next.integrity, 'active'));
  await context.running.refresh();
  return { ...outcome, isRestartNeeded: context.running.needsRestart() };
}

async function fetchNext(
  { parts }: LifecycleContext,
  row: PluginRow,
  path: string | undefined,
): Promise<InstalledCopy> {
  if (path !== undefined) return makeCopy(await packageSource(path), parts.dataDir);
  return { plugin: await readPlugin(row.location), integrity: await hashPlugin(row.location) };
}

async function assertFits(context: LifecycleContext, row: PluginRow, { plugin }: InstalledCopy): Promise<void> {
  if (plugin.id !== row.id)
    throw new ConflictError(
      'other_plugin',
      { plugin: row.id },
      { message: `The package is ${plugin.id}, not ${row.id}` },
    );
  if (semver.lt(plugin.version, row.version)) {
    throw new ConflictError(
      'downgrade',
      { plugin: row.id },
      {
        message: `${plugin.version} is older than ${row.version}, which is installed; its tables may have changed since`,
      },
    );
  }
  if (row.state !== 'active') return;
  const others = new Map(
    (await readActive(context)).filter(({ id }) => id !== row.id).map((other) => [other.id, other]),
  );
  assertNoConflicts(plugin, others);
  const after = new Map(others).set(row.id, { ...toDependent(row), version: plugin.version });
  const conflicts = [...others.values()].flatMap((other) => findConflicts(other, after));
  if (conflicts.length > 0)
    throw new PluginError('plugin_conflict', { module: row.id, conflicts }, { message: conflicts.join('; ') });
}

/** Runs the new code's migrations but those that the old code would not survive. */
async function widen({ parts }: LifecycleContext, { plugin }: InstalledCopy): Promise<void> {
  const registrations = await runPluginCode(parts.calls, plugin);
  await migratePlugins(parts, [{ plugin, registrations }], { mayContract: () => Promise.resolve(false) });
}
