import { isTrellisError, PluginError } from '@trellis-crm/sdk';
import { compareWithLedger, type LedgerEntry, type MigrateReport } from '../../database/migrator/index.js';
import type { Generation } from '../generation.js';
import { migrationsOf } from '../manifest/load-plugin.js';
import type { Registrations } from '../registrations.js';
import type { CodeLoader, LoadedPlugin } from './code-loader.js';
import { assertNoConflicts, inDependencyOrder, type Dependent } from './dependencies.js';
import type { LifecycleParts } from './lifecycle-parts.js';
import { migratePlugins } from './migrate-plugins.js';
import { readLiveProcesses } from './processes.js';
import { readNumber, readPlugins, type PluginRow } from './plugin-row.js';
import type { SecretBox } from '../../secrets/index.js';
import { settingValues } from './setting-values.js';

/** Why this process does not run a plugin that is active. */
export interface PluginProblem {
  readonly state: 'quarantined' | 'needs-upgrade';
  readonly code: string;
  readonly reason: string;
}

/** What this process runs. */
export interface RunningPlugins {
  /** Loads what the database says is active and makes it the current generation. */
  refresh(options?: { readonly migrate: boolean }): Promise<void>;
  problems(): ReadonlyMap<string, PluginProblem>;
  /** Latest generation whose predecessors have ended here; an older one while this process holds old code. */
  served(): number;
  needsRestart(): boolean;
  /** Runs `contract` migrations that waited for processes of the old code, once there are none. */
  finishMigrations(): Promise<void>;
}

/** Creates the view of one process on the active plugins. */
export function createRunningPlugins(parts: LifecycleParts, loader: CodeLoader, secrets: SecretBox): RunningPlugins {
  let problems: ReadonlyMap<string, PluginProblem> = new Map();
  let served = 0;
  let isOutdated = false;
  let last: Promise<void> = Promise.resolve();
  let unfinished: readonly LoadedPlugin[] = [];
  const refresh = async (shouldMigrate: boolean): Promise<void> => {
    const number = await readNumber(parts.database.knex);
    const attempt = new Attempt(parts, loader, secrets);
    await attempt.load(await readPlugins(parts.database.knex), shouldMigrate);
    const generation = attempt.build(number);
    await parts.readyTables([...generation.entities.values()]);
    const drained = parts.generations.swap(generation);
    problems = attempt.problems;
    isOutdated = attempt.isOutdated;
    if (shouldMigrate) unfinished = attempt.unfinished;
    if (isOutdated) parts.onRestartNeeded();
    else void drained.then(() => void (served = Math.max(served, number)));
  };
  return {
    refresh(options) {
      const next = last.then(() => refresh(options?.migrate ?? false));
      last = next.catch(() => undefined);
      return next;
    },
    problems: () => problems,
    served: () => served,
    needsRestart: () => isOutdated,
    async finishMigrations() {
      const waiting = unfinished;
      if (waiting.length === 0 || isOutdated || !(await haveAllMoved(parts))) return;
      unfinished = [];
      for (const loaded of waiting) await migrateOne(parts, loaded);
    },
  };
}

/** One try to bring up the active plugins: whoever cannot be brought up is left out with a reason, and the rest runs. */
class Attempt {
  readonly problems = new Map<string, PluginProblem>();
  isOutdated = false;
  /** Those whose `contract` migrations have to wait. */
  unfinished: readonly LoadedPlugin[] = [];
  readonly #parts: LifecycleParts;
  readonly #loader: CodeLoader;
  readonly #secrets: SecretBox;
  #ready: readonly LoadedPlugin[] = [];
  #rows: ReadonlyMap<string, PluginRow> = new Map();

  constructor(parts: LifecycleParts, loader: CodeLoader, secrets: SecretBox) {
    this.#parts = parts;
    this.#secrets = secrets;
    this.#loader = loader;
  }

  async load(rows: readonly PluginRow[], shouldMigrate: boolean): Promise<void> {
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    const ledger = await this.#readLedger();
    for (const row of ordered(rows.filter(({ state }) => state === 'active'))) {
      try {
        await this.#bringUp(row, ledger, shouldMigrate);
      } catch (error) {
        this.#leaveOut(row.id, error);
      }
    }
  }

  /** @throws PluginError only when core itself cannot be built */
  build(number: number): Generation {
    for (;;) {
      try {
        return this.#parts.generations.build({ number, ...this.#input() });
      } catch (error) {
        const culprit = isTrellisError(error) ? error.details['module'] : undefined;
        if (typeof culprit !== 'string' || !this.#ready.some(({ plugin }) => plugin.id === culprit)) throw error;
        this.#leaveOut(culprit, error);
      }
    }
  }

  async #bringUp(row: PluginRow, ledger: readonly LedgerEntry[], shouldMigrate: boolean): Promise<void> {
    const loaded = await this.#loadOrKeep(row);
    assertNoConflicts(loaded.plugin, new Map(this.#ready.map(({ plugin }) => [plugin.id, plugin])));
    const migrations = migrationsOf(loaded.plugin, loaded.registrations);
    const status = compareWithLedger(migrations, ledger);
    if (status.needsUpgrade) throw newerDatabase(row.id);
    if (shouldMigrate && status.pending.length > 0) {
      const { postponed } = await migrateOne(this.#parts, loaded);
      if (postponed.length > 0) this.unfinished = [...this.unfinished, loaded];
    }
    this.#ready = [...this.#ready, loaded];
  }

  /** A process that already runs other code of the plugin goes on with it until it is replaced. */
  async #loadOrKeep(row: PluginRow): Promise<LoadedPlugin> {
    try {
      return await this.#loader.load(row);
    } catch (error) {
      const known = this.#loader.loaded(row.id);
      if (known === undefined || !isTrellisError(error) || error.code !== 'restart_needed') throw error;
      this.isOutdated = true;
      return known;
    }
  }

  /** What requires it goes with it. */
  #leaveOut(id: string, error: unknown): void {
    const code = isTrellisError(error) ? error.code : 'failed';
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log.error({ module: id, err: error }, 'a plugin cannot run');
    this.problems.set(id, { state: code === 'database_newer' ? 'needs-upgrade' : 'quarantined', code, reason });
    this.#ready = this.#ready.filter(({ plugin }) => plugin.id !== id);
    for (const { plugin } of this.#ready) {
      if (id in plugin.requires)
        this.#leaveOut(
          plugin.id,
          new PluginError(
            'plugin_conflict',
            { module: plugin.id },
            { message: `${plugin.id} requires ${id}, which cannot run: ${reason}` },
          ),
        );
    }
  }

  #input(): {
    modules: readonly Registrations[];
    inactive: ReadonlySet<string>;
    settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  } {
    const modules = [this.#parts.core, ...this.#ready.map(({ registrations }) => registrations)];
    const active = new Set(modules.map(({ module }) => module));
    return {
      modules,
      inactive: new Set([...this.#rows.keys()].filter((id) => !active.has(id))),
      settings: new Map(
        modules.map((module) => [
          module.module,
          settingValues(module, this.#rows.get(module.module)?.settings ?? {}, this.#secrets),
        ]),
      ),
    };
  }

  async #readLedger(): Promise<readonly LedgerEntry[]> {
    const { rows } = await this.#parts.database.knex.raw<{ rows: LedgerEntry[] }>(
      'select module, name, phase, hash from core.migrations',
    );
    return rows;
  }
}

function migrateOne(parts: LifecycleParts, loaded: LoadedPlugin): Promise<MigrateReport> {
  return migratePlugins(parts, [loaded], { mayContract: () => haveAllMoved(parts) });
}

/** Whether no other live process serves an older generation, and so maybe older code. */
async function haveAllMoved({ database, process }: LifecycleParts): Promise<boolean> {
  const number = await readNumber(database.knex);
  const live = await readLiveProcesses(database.knex);
  return live.every(({ id, generation }) => id === process.id || generation >= number);
}

/** Rows come from the database, where a circle cannot be; packages on disk may have been changed to form one. */
function ordered(rows: readonly PluginRow[]): readonly PluginRow[] {
  const plugins = rows.map((row) => ({
    id: row.id,
    version: row.version,
    requires: row.package.requires,
    optional: row.package.optional,
  }));
  const order = new Map(orderOrNone(plugins).map(({ id }, index) => [id, index]));
  return rows.toSorted((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
}

/** In a circle nobody can be first: the check of conflicts then says who misses whom. */
function orderOrNone(plugins: readonly Dependent[]): readonly Dependent[] {
  try {
    return inDependencyOrder(plugins);
  } catch {
    return plugins;
  }
}

function newerDatabase(id: string): PluginError {
  return new PluginError(
    'database_newer',
    { module: id },
    { message: `The database was changed by a newer version of ${id}; install that version or a later one` },
  );
}
