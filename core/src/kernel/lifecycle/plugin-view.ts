import type { ModuleTimings } from '../call-runner.js';
import type { PluginManifest } from '../manifest/manifest-schema.js';
import type { PluginRow } from './plugin-row.js';
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

/** Shows a row as this process sees it: what it cannot run is quarantined here, whatever the database wants. */
export function toPluginView(
  row: PluginRow,
  facts: {
    readonly problem: PluginProblem | undefined;
    readonly requiredBy: readonly string[];
    readonly timings: ModuleTimings;
  },
): PluginView {
  const { problem, requiredBy, timings } = facts;
  const { title, summary, requires, optional, capabilities, manifest } = row.package;
  const isBroken = row.reason !== null && (row.state === 'active' || (row.state === 'staged' && row.integrity === ''));
  return {
    id: row.id,
    title,
    summary,
    version: row.version,
    state: row.state === 'active' && problem !== undefined ? problem.state : isBroken ? 'quarantined' : row.state,
    reason: problem?.reason ?? row.reason,
    requires,
    optional,
    capabilities,
    requiredBy,
    contributes: countContributions(manifest),
    archivedAt: row.archivedAt?.toISOString() ?? null,
    timings,
  };
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
