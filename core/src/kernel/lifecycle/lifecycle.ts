import { ConflictError, isTrellisError, type PluginError } from '@trellis-crm/sdk';
import type { InjectionToken } from 'tsyringe';
import { createCodeLoader } from './code-loader.js';
import type { DisableOptions } from './disable.js';
import { examine, type PluginFinding } from './doctor.js';
import { draftPlugin, type PluginDraft } from './draft.js';
import type { EnableOptions } from './enable.js';
import { createFollower, type Follower } from './follower.js';
import type { Orphans } from './foreign-keys.js';
import type { UpgradeOutcome } from './install.js';
import { Journal, type Operation, type Verb } from './journal.js';
import { getPlugin, type LifecycleContext } from './lifecycle-context.js';
import type { LifecycleParts } from './lifecycle-parts.js';
import { openLifecycle } from './open-lifecycle.js';
import { plan, type Plan, type PlannedVerb } from './plan.js';
import { readNumber } from './plugin-row.js';
import { listPlugins, presentPlugin, type PluginView } from './plugin-view.js';
import { waitUntilServed } from './processes.js';
import { readExpired } from './purge.js';
import { createRunningPlugins } from './running-plugins.js';
import { createSecretBox } from '../../secrets/index.js';
import { createPluginSettings, type PluginSettings } from './settings.js';
import type { Incident } from './incident.js';
import { recordIncident } from './strikes.js';
import { repeatOperation, verbs, type VerbInput, type VerbOutcomes } from './verbs.js';

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
  /** Puts what happened in this process down to plugins; after several strikes in a short time one is quarantined. */
  recordIncident(incident: Incident): Promise<void>;
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
  return new WorkspaceLifecycle(parts);
}

class WorkspaceLifecycle implements PluginLifecycle {
  readonly settings: PluginSettings;
  readonly #context: LifecycleContext;
  readonly #journal: Journal;
  readonly #follower: Follower;

  constructor(parts: LifecycleParts) {
    const loader = createCodeLoader(parts.calls);
    const secrets = createSecretBox(parts.dataDir);
    this.#context = { parts, loader, secrets, running: createRunningPlugins(parts, loader, secrets) };
    this.#journal = new Journal(parts.database, (operation, step) => repeatOperation(this.#context, operation, step));
    this.#follower = createFollower(this.#context);
    this.settings = createPluginSettings(this.#context);
  }

  open(): Promise<void> {
    return openLifecycle(this.#context, this.#journal, this.#follower);
  }

  close(): Promise<void> {
    return this.#follower.stop();
  }

  list(): Promise<readonly PluginView[]> {
    return listPlugins(this.#context);
  }

  async get(id: string): Promise<PluginView> {
    return presentPlugin(this.#context, await getPlugin(this.#context, id));
  }

  plan(id: string, verb: PlannedVerb): Promise<Plan> {
    return plan(this.#context, id, verb);
  }

  operations(id?: string): Promise<readonly Operation[]> {
    return this.#journal.list(id);
  }

  async install(path: string, actor: string): Promise<PluginView> {
    return this.get(await this.#run('install', '', actor, { path }));
  }

  async enable(id: string, actor: string, options: EnableOptions = {}): Promise<PluginView> {
    await this.#run('enable', id, actor, options);
    return this.get(id);
  }

  async disable(id: string, actor: string, options: DisableOptions = {}): Promise<PluginView> {
    await this.#run('disable', id, actor, options);
    return this.get(id);
  }

  async upgrade(id: string, actor: string, path?: string): Promise<UpgradeOutcome & { readonly plugin: PluginView }> {
    const outcome = await this.#run('upgrade', id, actor, path === undefined ? {} : { path });
    return { ...outcome, plugin: await this.get(id) };
  }

  remove(id: string, actor: string): Promise<void> {
    return this.#run('remove', id, actor, {});
  }

  async restore(
    id: string,
    actor: string,
  ): Promise<{ readonly plugin: PluginView; readonly orphans: readonly Orphans[] }> {
    const orphans = await this.#run('restore', id, actor, {});
    return { plugin: await this.get(id), orphans };
  }

  purge(id: string, actor: string): Promise<string> {
    return this.#run('purge', id, actor, {});
  }

  async purgeExpired(): Promise<readonly string[]> {
    const expired = await readExpired(this.#context);
    for (const id of expired) await this.purge(id, 'plugin:core');
    return expired;
  }

  doctor(id?: string): Promise<readonly PluginFinding[]> {
    return examine(this.#context, id);
  }

  draft(id: string): Promise<PluginDraft> {
    return draftPlugin(this.#context, id);
  }

  async recordIncident(incident: Incident): Promise<void> {
    if ((await recordIncident(this.#context, incident)) === undefined) return;
    await this.#context.running.refresh();
    // Its timers run on: only another process is rid of them.
    if (incident.kind === 'stray-error') this.#context.parts.onRestartNeeded();
  }

  async followed(): Promise<void> {
    const { knex } = this.#context.parts.database;
    await waitUntilServed(knex, await readNumber(knex), followMs);
  }

  needsRestart(): boolean {
    return this.#context.running.needsRestart();
  }

  #run<V extends Verb>(operation: V, plugin: string, actor: string, input: VerbInput): Promise<VerbOutcomes[V]> {
    return this.#journal
      .run({ plugin, operation, input: { ...input }, actor }, (step) =>
        verbs[operation](this.#context, plugin, input, step),
      )
      .catch(rethrowForCallers);
  }
}

/** A plugin at fault is a state that forbids the operation, not a bug of the host. */
function rethrowForCallers(error: unknown): never {
  if (!isTrellisError(error) || error.kind !== 'plugin') throw error;
  const { code, details, message, errors } = error as PluginError;
  throw new ConflictError(code, details, { message, errors, cause: error });
}
