import type { ModuleTimings } from '../call-runner.js';
import type { PluginManifest } from '../manifest/manifest-schema.js';
import { dependentsOf, type Dependent } from './dependencies.js';
import { readActive, toDependent, type LifecycleContext } from './lifecycle-context.js';
import { readPlugins, type PluginRow } from './plugin-row.js';
import type { PluginProblem } from './running-plugins.js';

/** States a plugin shows people. */
export type PluginState = 'staged' | 'disabled' | 'active' | 'needs-upgrade' | 'quarantined' | 'archived';

/** A plugin as pages, API and command line show it. */
export interface PluginView {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly version: string;
  readonly state: PluginState;
  /** Why it does not run as it should; null when all is well. */
  readonly reason: string | null;
  readonly requires: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** Active plugins that cannot do without it. */
  readonly requiredBy: readonly string[];
  readonly contributes: Contributions;
  /** ISO 8601; null unless it was removed. */
  readonly archivedAt: string | null;
  /** Calls into its code in this process. */
  readonly timings: ModuleTimings;
}

/** What a plugin adds, in numbers, from its manifest. */
export type Contributions = Readonly<
  Record<
    | 'entities'
    | 'fields'
    | 'pages'
    | 'routes'
    | 'panels'
    | 'events'
    | 'subscriptions'
    | 'jobs'
    | 'permissions'
    | 'migrations',
    number
  >
>;

/** All plugins, in order of their ids. */
export async function listPlugins(context: LifecycleContext): Promise<readonly PluginView[]> {
  const rows = await readPlugins(context.parts.database.knex);
  const active = rows.filter(({ state }) => state === 'active').map(toDependent);
  return rows.map((row) => toView(context, row, active));
}

/** One plugin. */
export async function presentPlugin(context: LifecycleContext, row: PluginRow): Promise<PluginView> {
  return toView(context, row, await readActive(context));
}

/** Shows a row as this process sees it: what it cannot run is quarantined here, whatever the database wants. */
function toView({ running, parts }: LifecycleContext, row: PluginRow, active: readonly Dependent[]): PluginView {
  const problem = running.problems().get(row.id);
  const { title, summary, requires, optional, capabilities, manifest } = row.package;
  return {
    id: row.id,
    title,
    summary,
    version: row.version,
    state: stateOf(row, problem),
    reason: problem?.reason ?? row.reason,
    requires,
    optional,
    capabilities,
    requiredBy: dependentsOf(row.id, active).map(({ id }) => id),
    contributes: countContributions(manifest),
    archivedAt: row.archivedAt?.toISOString() ?? null,
    timings: parts.calls.timings(row.id),
  };
}

function stateOf({ state, reason, integrity }: PluginRow, problem: PluginProblem | undefined): PluginState {
  if (state === 'active' && problem !== undefined) return problem.state;
  const isUnreadable = state === 'staged' && integrity === '';
  return reason !== null && (state === 'active' || isUnreadable) ? 'quarantined' : state;
}

function countContributions(manifest: PluginManifest): Contributions {
  return {
    entities: manifest.entities.length,
    fields: manifest.extensions.reduce((sum, { fields }) => sum + Object.keys(fields).length, 0),
    pages: manifest.pages.length,
    routes: manifest.routes.length,
    panels: manifest.panels.length,
    events: manifest.emits.length,
    subscriptions: manifest.subscriptions.length,
    jobs: manifest.jobs.length,
    permissions: Object.keys(manifest.permissions).length,
    migrations: manifest.migrations.length,
  };
}
