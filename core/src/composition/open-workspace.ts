import { SDK_VERSION } from '@trellis-crm/sdk';
import { registerCore } from '../core-module.js';
import { Metrics } from '../metrics/metrics.js';
import { ProcessReports } from '../metrics/process-reports.js';
import { addKeptColumns, addSearchTables, findDrift, noteUnkept, SearchUpkeep } from '../records/index.js';
import { createLifecycle, PluginLifecycle, type Incident, type LifecycleParts } from '../kernel/lifecycle/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { layFoundation, type Foundation, type FoundationOptions } from './foundation.js';
import { moduleWork } from './module-work.js';
import { wireRooms, type Rooms, type RoomsOptions } from './rooms.js';

/** How a workspace is opened. */
export interface WorkspaceOptions extends FoundationOptions, RoomsOptions {
  /** Answers requests and works in the background; a command does neither. */
  readonly serves: boolean;
  /** This process holds old code of a plugin and ought to be replaced. */
  readonly onRestartNeeded?: () => void;
  /** How the processes before this one ended. */
  readonly incidents?: readonly Incident[];
}

/** A workspace with its rooms wired and its plugins running. */
export interface OpenWorkspace extends Workspace, Pick<Rooms, 'bus' | 'jobs' | 'records' | 'calls'> {
  readonly lifecycle: PluginLifecycle;
  /** Begins to deliver events and to run jobs. */
  startBackground(): Promise<void>;
  /** Resolves once what follows from the last change of modules is noted: what search and kept answers lack. */
  whenNoted(): Promise<void>;
  /** Ends streams and background work, each within its grace; the database stays open, it belongs to the caller. */
  close(): Promise<void>;
}

/** Opens the workspace of a database: migrates, wires the rooms, loads the active plugins. @throws PluginError, StartError */
export async function openWorkspace(options: WorkspaceOptions): Promise<OpenWorkspace> {
  const foundation = await layFoundation(options);
  const rooms = wireRooms(foundation, options);
  await measure(foundation, rooms);
  const lifecycle = createLifecycle(lifecycleParts(options, foundation, rooms));
  foundation.container.register(PluginLifecycle, { useValue: lifecycle });
  await lifecycle.open();
  const whenNoted = await keepDerived(foundation, rooms);
  const { workspace, bus, jobs, records, calls } = rooms;
  const reports = reportsOf(foundation, rooms);
  return {
    ...workspace,
    bus,
    jobs,
    records,
    calls,
    lifecycle,
    whenNoted,
    async startBackground() {
      reports.start();
      await foundation.hold.whenFree(async () => {
        bus.relay.start();
        await jobs.start();
      });
    },
    async close() {
      rooms.core.streams.close();
      reports.close();
      await lifecycle.close();
      await Promise.all([jobs.close(), bus.close(), whenNoted()]);
      await foundation.signals.close();
    },
  };
}

function reportsOf({ database, log }: Foundation, { processId, calls }: Rooms): ProcessReports {
  return new ProcessReports({
    ...{ knex: database.work, log, processId, calls: calls.costs },
    slowQueries: () => database.slowQueries.counts,
  });
}

/** Loaded only where somebody asks: the library takes memory. */
async function measure(
  { config, container, database, clock }: Foundation,
  { calls, generations }: Rooms,
): Promise<void> {
  if (config.metricsPort === undefined) return;
  const { createMetrics } = await import('../metrics/create-metrics.js');
  const generation = (): number => generations.current().number;
  container.register(Metrics, {
    useValue: createMetrics({ database, now: () => clock.now(), calls: calls.costs, generation }),
  });
}

/** Each change of what is active may change what is found, and how records are answered. Returns how to wait for the last one. */
async function keepDerived(
  { container, database, log }: Foundation,
  { generations }: Rooms,
): Promise<() => Promise<void>> {
  const upkeep = container.resolve(SearchUpkeep);
  let last = Promise.resolve();
  const note = (): void => {
    const before = last;
    const { entities } = generations.current();
    const now = Promise.all([upkeep.note(), noteUnkept(database.work, entities.values(), log)]);
    last = before.then(async () => {
      await now;
    });
  };
  generations.onSwap(note);
  note();
  await last;
  return () => last;
}

function lifecycleParts(options: WorkspaceOptions, foundation: Foundation, rooms: Rooms): LifecycleParts {
  const { calls, contexts, generations, processId, wakeRelay } = rooms;
  const { database, log, clock, config, info } = foundation;
  return {
    database,
    log,
    clock,
    info,
    calls,
    contexts,
    generations,
    wakeRelay,
    core: registerCore({
      knex: database.work,
      clock,
      log,
      wakeRelay,
      entities: () => generations.current().entities.values(),
      workspace: () => rooms.workspace,
      rebuildSearch: () => foundation.container.resolve(SearchUpkeep).rebuild(),
      purgeExpiredPlugins: () => foundation.container.resolve(PluginLifecycle).purgeExpired(),
    }),
    dataDir: config.dataDir,
    pluginsDir: config.pluginsDir,
    process: { id: processId, version: SDK_VERSION, serves: options.serves },
    work: moduleWork(foundation, () => generations.current().entities.values()),
    incidents: options.incidents ?? [],
    async readyTables(entities) {
      await addKeptColumns(database.knex, entities);
      await addSearchTables(database.knex, entities);
    },
    checkTables: async (entities) =>
      (await findDrift(database.knex, entities)).map(({ problem, fix }) => `${problem}: ${fix}`),
    onRestartNeeded: options.onRestartNeeded ?? (() => undefined),
  };
}
