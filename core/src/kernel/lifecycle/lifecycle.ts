import { ConflictError, isTrellisError, type PluginError } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { createCodeLoader } from './code-loader.js';
import { remove, restore } from './archive.js';
import { dependentsOf } from './dependencies.js';
import { disable, type DisableOptions } from './disable.js';
import { discoverPlugins } from './discovery.js';
import { examine, type PluginFinding } from './doctor.js';
import { draftPlugin, type PluginDraft } from './draft.js';
import { enable, type EnableOptions } from './enable.js';
import type { Orphans } from './foreign-keys.js';
import { createFollower, type Follower } from './follower.js';
import { install, upgrade, type UpgradeOutcome } from './install.js';
import { linkSdk } from './installed-copy.js';
import { createJournal, type Journal, type Operation, type OperationRequest, type Step } from './journal.js';
import { getPlugin, readActive, type LifecycleContext } from './lifecycle-context.js';
import type { LifecycleParts } from './lifecycle-parts.js';
import { noteStart } from './faults.js';
import { plan, type Plan, type PlannedVerb } from './plan.js';
import { toPluginView, type PluginView } from './plugin-view.js';
import { readNumber, readPlugins } from './plugin-row.js';
import { waitUntilServed } from './processes.js';
import { purge, readExpired } from './purge.js';
import { createRunningPlugins } from './running-plugins.js';
import { createPluginSettings, type PluginSettings } from './settings.js';

/** Installs, enables, disables, upgrades and removes the plugins of a workspace, whether or not a server runs. */
export interface PluginLifecycle {
  /** Finishes what a crash left, looks for plugins, migrates and loads the active ones; then follows other processes. */
  open(): Promise<void>;
  /** Takes this process out; resolves when nothing of it touches the database any more. */
  close(): Promise<void>;
  list(): Promise<readonly PluginView[]>;
  get(id: string): Promise<PluginView>;
  /** What a verb would do, worked out without running the plugin's code. */
  plan(id: string, verb: PlannedVerb): Promise<Plan>;
  operations(id?: string): Promise<readonly Operation[]>;
  install(path: string, actor: string): Promise<PluginView>;
  enable(id: string, actor: string, options?: EnableOptions): Promise<PluginView>;
  disable(id: string, actor: string, options?: DisableOptions): Promise<PluginView>;
  upgrade(id: string, actor: string, path?: string): Promise<UpgradeOutcome & { readonly plugin: PluginView }>;
  remove(id: string, actor: string): Promise<void>;
  restore(id: string, actor: string): Promise<{ readonly plugin: PluginView; readonly orphans: readonly Orphans[] }>;
  /** @returns path of the export */
  purge(id: string, actor: string): Promise<string>;
  /** Purges what was archived more than 30 days ago. @returns ids */
  purgeExpired(): Promise<readonly string[]>;
  /** What is wrong with plugins, or with one of them. */
  doctor(id?: string): Promise<readonly PluginFinding[]>;
  /** What a plugin would be if it ran, after its migrations, for its author. */
  draft(id: string): Promise<PluginDraft>;
  /** Resolves when all live processes serve what is active now, or after a few seconds. */
  followed(): Promise<void>;
  readonly settings: PluginSettings;
  needsRestart(): boolean;
}

/** The workspace's lifecycle of plugins. */
export const PluginLifecycle: InjectionToken<PluginLifecycle> = Symbol('PluginLifecycle');

/** Milliseconds that processes without hanging calls need at most to follow. */
const followMs = 3000;

/** Creates the lifecycle of one workspace; nothing happens before `open`. */
export function createLifecycle(parts: LifecycleParts): PluginLifecycle {
  const loader = createCodeLoader();
  const context: LifecycleContext = { parts, loader, running: createRunningPlugins(parts, loader) };
  const journal = createJournal(parts.database, (operation, step) => repeat(context, operation, step));
  const follower = createFollower(context);
  const view = async (id: string): Promise<PluginView> => present(context, id);
  const run = <T>(request: OperationRequest, work: (step: Step) => Promise<T>): Promise<T> =>
    journal.run(request, work).catch(rethrowForCallers);
  return {
    open: () => open(context, journal, follower),
    close: () => follower.stop(),
    async list() {
      const rows = await readPlugins(parts.database.knex);
      return Promise.all(rows.map(({ id }) => view(id)));
    },
    get: view,
    plan: (id, verb) => plan(context, id, verb),
    operations: (id) => journal.list(id),
    async install(path, actor) {
      const id = await run({ plugin: '', operation: 'install', input: { path }, actor }, (step) =>
        install(context, path, step),
      );
      return view(id);
    },
    async enable(id, actor, options = {}) {
      await run({ plugin: id, operation: 'enable', input: { ...options }, actor }, (step) =>
        enable(context, id, options, step),
      );
      return view(id);
    },
    async disable(id, actor, options = {}) {
      await run({ plugin: id, operation: 'disable', input: { ...options }, actor }, (step) =>
        disable(context, id, options, step),
      );
      return view(id);
    },
    async upgrade(id, actor, path) {
      const outcome = await run(
        { plugin: id, operation: 'upgrade', input: path === undefined ? {} : { path }, actor },
        (step) => upgrade(context, id, path, step),
      );
      return { ...outcome, plugin: await view(id) };
    },
    remove: (id, actor) =>
      run({ plugin: id, operation: 'remove', input: {}, actor }, (step) => remove(context, id, step)),
    async restore(id, actor) {
      const orphans = await run({ plugin: id, operation: 'restore', input: {}, actor }, (step) =>
        restore(context, id, step),
      );
      return { plugin: await view(id), orphans };
    },
    purge: (id, actor) => run({ plugin: id, operation: 'purge', input: {}, actor }, (step) => purge(context, id, step)),
    async purgeExpired() {
      const expired = await readExpired(context);
      for (const id of expired)
        await run({ plugin: id, operation: 'purge', input: {}, actor: 'plugin:core' }, (step) =>
          purge(context, id, step),
        );
      return expired;
    },
    doctor: (id) => examine(context, id),
    draft: (id) => draftPlugin(context, id),
    async followed() {
      await waitUntilServed(parts.database.knex, await readNumber(parts.database.knex), followMs);
    },
    settings: createPluginSettings(context),
    needsRestart: () => context.running.needsRestart(),
  };
}

async function open(context: LifecycleContext, journal: Journal, follower: Follower): Promise<void> {
  const { parts, running } = context;
  await linkSdk(parts.dataDir);
  try {
    await journal.prepare(async () => {
      await discoverPlugins(parts.database.knex, parts.pluginsDir, parts.log);
      await running.refresh({ migrate: true });
      if (parts.process.serves) await noteStart(context);
    });
  } catch (error) {
    if (!isTrellisError(error) || error.code !== 'operation_running') throw error;
    // Another process is at a long operation; this one starts with what is active and follows.
    await running.refresh();
  }
  if (parts.process.serves) await follower.start();
}

/** Steps can be repeated without harm, so an interrupted operation runs again from its first one. */
async function repeat(context: LifecycleContext, { plugin, operation, input }: Operation, step: Step): Promise<void> {
  const path = typeof input['path'] === 'string' ? input['path'] : undefined;
  const verbs: Readonly<Record<Operation['operation'], () => Promise<unknown>>> = {
    install: () => install(context, path ?? '', step),
    enable: () => enable(context, plugin, input, step),
    disable: () => disable(context, plugin, input, step),
    upgrade: () => upgrade(context, plugin, path, step),
    remove: () => remove(context, plugin, step),
    restore: () => restore(context, plugin, step),
    purge: () => purge(context, plugin, step),
  };
  await verbs[operation]();
}

async function present(context: LifecycleContext, id: string): Promise<PluginView> {
  const row = await getPlugin(context, id);
  const requiredBy = dependentsOf(id, await readActive(context)).map((plugin) => plugin.id);
  return toPluginView(row, {
    problem: context.running.problems().get(id),
    requiredBy,
    timings: context.parts.calls.timings(id),
  });
}

/** A plugin at fault is a state that forbids the operation, not a bug of the host. */
function rethrowForCallers(error: unknown): never {
  if (!isTrellisError(error) || error.kind !== 'plugin') throw error;
  const { code, details, message, errors } = error as PluginError;
  throw new ConflictError(code, details, { message, errors, cause: error });
}
