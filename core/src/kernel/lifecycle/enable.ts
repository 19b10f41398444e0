import { ConflictError, PluginError } from '@trellis-crm/sdk';
import type { UnitOfWork } from '../../database/unit-of-work.js';
import type { Generation } from '../generation.js';
import { moduleIdentity } from '../plugin-identity.js';
import type { LoadedPlugin } from './code-loader.js';
import { assertNoConflicts, inDependencyOrder } from './dependencies.js';
import type { Step } from './journal.js';
import { changeActive, getPlugin, readActive, type LifecycleContext } from './lifecycle-context.js';
import { migratePlugins } from './migrate-plugins.js';
import { findPlugin, readNumber, savePackage, updatePlugin, type PluginRow } from './plugin-row.js';
import { settingValues } from './setting-values.js';
import { forgetStrikes } from './strikes.js';

/** How to enable. */
export interface EnableOptions {
  /** Enables what it requires as well. */
  readonly withRequired?: boolean;
}

/**
 * Takes a plugin into use: check, migrate, build, seed and activate, swap. Whatever fails before the activation leaves the plugin
 * switched off, with the reason.
 * @throws NotFoundError, ConflictError, PluginError
 */
export async function enable(context: LifecycleContext, id: string, options: EnableOptions, step: Step): Promise<void> {
  const row = await getPlugin(context, id);
  if (row.state === 'archived')
    throw new ConflictError('plugin_archived', { plugin: id }, { message: `${id} was removed; restore it first` });
  if (row.state === 'active' && !context.running.problems().has(id)) return;
  try {
    await step('check');
    const chain = await loadChain(context, row, options.withRequired ?? false);
    await step('migrate');
    await migrateAll(context, chain);
    await step('build');
    const candidate = await buildCandidate(context, chain);
    await step('activate');
    await activate(context, chain, candidate);
  } catch (error) {
    await updatePlugin(context.parts.database.knex, id, {
      reason: error instanceof Error ? error.message : String(error),
    });
    throw error;
  }
  await step('swap');
  await context.running.refresh();
}

/** The plugin and, if asked, what it requires, in the order to enable them. */
async function loadChain(
  context: LifecycleContext,
  row: PluginRow,
  withRequired: boolean,
): Promise<readonly LoadedPlugin[]> {
  const active = new Map((await readActive(context)).map((plugin) => [plugin.id, plugin]));
  const found = new Map<string, LoadedPlugin>();
  const visit = async (next: PluginRow): Promise<void> => {
    if (found.has(next.id)) return;
    const loaded = await context.loader.load(next);
    found.set(next.id, loaded);
    const missing = withRequired ? Object.keys(loaded.plugin.requires).filter((id) => !active.has(id)) : [];
    for (const id of missing) {
      const required = await findPlugin(context.parts.database.knex, id);
      if (required !== undefined && required.state !== 'archived') await visit(required);
    }
  };
  await visit(row);
  const chain = inDependencyOrder([...found.values()].map((loaded) => ({ ...loaded.plugin, loaded })));
  const present = new Map<string, { readonly version: string }>(active);
  for (const { id, version, loaded } of chain) {
    assertNoConflicts(loaded.plugin, present);
    present.set(id, { version });
  }
  return chain.map(({ loaded }) => loaded);
}

async function migrateAll(context: LifecycleContext, chain: readonly LoadedPlugin[]): Promise<void> {
  const { knex } = context.parts.database;
  await migratePlugins(context.parts, chain);
  for (const { plugin } of chain)
    await knex('core.plugins').where({ id: plugin.id, state: 'staged' }).update({ state: 'disabled' });
}

/** A generation that proves that everything fits together; the one that is used is built after the activation. */
async function buildCandidate(context: LifecycleContext, chain: readonly LoadedPlugin[]): Promise<Generation> {
  const { generations, database, checkTables, readyTables } = context.parts;
  const current = generations.current();
  const added = chain.map(({ registrations }) => registrations);
  const modules = [
    ...current.modules.filter(({ module }) => !added.some((other) => other.module === module)),
    ...added,
  ];
  const settings = new Map(current.settings);
  for (const { registrations } of chain) {
    const row = await findPlugin(database.knex, registrations.module);
    settings.set(registrations.module, settingValues(registrations, row?.settings ?? {}, context.secrets));
  }
  const candidate = generations.build({
    number: (await readNumber(database.knex)) + 1,
    modules,
    inactive: new Set(),
    settings,
  });
  candidate.views.verify();
  await readyTables([...candidate.entities.values()]);
  await assertTables(chain, candidate, checkTables);
  return candidate;
}

async function assertTables(
  chain: readonly LoadedPlugin[],
  candidate: Generation,
  checkTables: LifecycleContext['parts']['checkTables'],
): Promise<void> {
  const ids = new Set(chain.map(({ plugin }) => plugin.id));
  const concerned = [...candidate.entities.values()].filter(
    ({ definition, extensions }) => ids.has(definition.module) || [...extensions.keys()].some((id) => ids.has(id)),
  );
  const problems = await checkTables(concerned);
  if (problems.length === 0) return;
  const [first] = chain;
  throw new PluginError(
    'tables_differ',
    { module: first?.plugin.id, problems },
    { message: `The tables are not what the plugin declares: ${problems.join('; ')}` },
  );
}

async function activate(
  context: LifecycleContext,
  chain: readonly LoadedPlugin[],
  candidate: Generation,
): Promise<void> {
  const { work, clock } = context.parts;
  await changeActive(context, async (unit) => {
    for (const { plugin, integrity, registrations } of chain) {
      await savePackage(unit.trx, plugin, integrity, 'disabled');
      await seedOnce(context, unit, candidate, plugin.id);
      await work.sync(unit, registrations);
      await work.resume(unit, plugin.id);
      await forgetStrikes(unit, plugin.id);
      await updatePlugin(unit.trx, plugin.id, { state: 'active', reason: null, faults: [], seededAt: clock.now() });
    }
  });
}

/** Milliseconds the first rows may take. */
const seedTimeoutMs = 60_000;

async function seedOnce(
  { parts }: LifecycleContext,
  unit: UnitOfWork,
  candidate: Generation,
  id: string,
): Promise<void> {
  const row = await findPlugin(unit.trx, id);
  const module = candidate.modules.find((registrations) => registrations.module === id);
  const seed = module?.definition.seed;
  if (module === undefined || seed === undefined || (row?.seededAt ?? null) !== null) return;
  const identity = moduleIdentity(module, parts.info());
  await parts.calls.run({ module: id, what: 'seed', timeoutMs: seedTimeoutMs }, (signal) =>
    parts.contexts.transaction({ generation: candidate, module: id, identity, unit, signal }, (tx) => seed(tx)),
  );
}
