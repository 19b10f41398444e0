import { randomUUID } from 'node:crypto';
import { operatorIdentity, registerAuth } from '../auth/index.js';
import { registerChanges } from '../changes/index.js';
import { registerDemoData } from '../demo/index.js';
import { EventBus } from '../events/event-bus.js';
import { registerExceptions } from '../exceptions/index.js';
import { AssetStore, ReadinessProbes } from '../http/index.js';
import { registerFiles } from '../files/index.js';
import { registerForms } from '../forms/index.js';
import { registerImports } from '../imports/index.js';
import { Jobs } from '../jobs/jobs.js';
import {
  createCallRunner,
  createGenerations,
  createModuleContexts,
  type CallRunner,
  type Generations,
  type ModuleContexts,
} from '../kernel/index.js';
import { registerMail } from '../mail/index.js';
import { registerNotifications } from '../notifications/index.js';
import { PluginLifecycle } from '../kernel/lifecycle/index.js';
import {
  createRecordRoom,
  createSearchUpkeep,
  createVisitBook,
  SearchUpkeep,
  VisitBook,
  type RecordRoom,
} from '../records/index.js';
import { registerSavedViews } from '../saved-views/index.js';
import { registerSetup } from '../setup/index.js';
import { registerTimelines } from '../timeline/index.js';
import { createAssetRegistry, type AssetRegistry } from '../views/index.js';
import { registerWebhooks } from '../webhooks/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Succession } from '../jobs/dead-workers.js';
import { createBackground, type Background } from './background.js';
import { contextServices } from './context-services.js';
import { gatherCoreEndpoints, type CoreEndpoints } from './core-endpoints.js';
import type { Foundation } from './foundation.js';
import { generationParts } from './generation-parts.js';
import { guardRunner } from './guards.js';
import { later, type Later } from './later.js';
import { migrationProbe } from './migration-probe.js';
import { setupHooks } from './setup-hooks.js';

/** The rooms of a workspace, wired to each other. */
export interface Rooms extends Background {
  readonly processId: string;
  readonly calls: CallRunner;
  readonly contexts: ModuleContexts;
  readonly generations: Generations;
  readonly records: RecordRoom;
  readonly workspace: Workspace;
  readonly core: CoreEndpoints;
  wakeRelay(): void;
}

/** How the rooms are wired. */
export interface RoomsOptions {
  /** Events wait until the relay is drained, for tests that say when; otherwise they are delivered after each commit. */
  readonly waitsWithEvents?: boolean;
  /** Told by whoever starts processes; by itself a process knows of none before it. */
  readonly succession?: Succession;
}

/** Rooms need each other in circles: what is used only once calls come in is handed on as `later`. */
export function wireRooms(foundation: Foundation, options: RoomsOptions): Rooms {
  const { succession = { processId: randomUUID(), endedProcesses: [] } } = options;
  const calls = createCallRunner(foundation.log, foundation.runningCalls);
  const contexts = later<ModuleContexts>('contexts');
  const generations = later<Generations>('generations');
  const generation = () => generations.get().current();
  const background = createBackground(foundation, { succession, calls, contexts: contexts.get, generation });
  const wakeRelay = (): void => {
    if (options.waitsWithEvents !== true && foundation.hold.current() === null) background.bus.relay.wake();
  };
  const records = createRecordRoom({
    ...foundation,
    wakeRelay,
    phoneCountry: () => foundation.settings.current().defaultCountry,
    calendarRules: () => foundation.settings.current(),
    runGuard: guardRunner(calls, contexts.get),
  });
  contexts.set(createModuleContexts({ ...foundation, ...records, ...contextServices(foundation), calls, wakeRelay }));
  const workspace = toWorkspace(foundation, contexts.get(), generation);
  const assets = createAssetRegistry();
  fillContainer({ workspace, records, background, calls, contexts, wakeRelay, assets });
  const core = gatherCoreEndpoints(workspace, records, { ...background, calls });
  const parts = generationParts({ workspace, records, core, contexts: contexts.get(), calls, assets });
  generations.set(createGenerations(parts, calls));
  const wired = { contexts: contexts.get(), generations: generations.get() };
  return { ...background, ...wired, processId: succession.processId, calls, records, workspace, core, wakeRelay };
}

function toWorkspace(
  { config, database, log, clock, container, info }: Foundation,
  contexts: ModuleContexts,
  generation: Workspace['generation'],
): Workspace {
  return {
    config,
    database,
    log,
    clock,
    container,
    generation,
    info,
    context: (scope) => contexts.create(scope),
    transaction: (scope, work) => contexts.transaction(scope, work),
  };
}

interface ContainerParts {
  readonly workspace: Workspace;
  readonly records: RecordRoom;
  readonly background: Background;
  readonly calls: CallRunner;
  readonly contexts: Later<ModuleContexts>;
  readonly assets: AssetRegistry;
  wakeRelay(): void;
}

function fillContainer({ workspace, records, background, calls, contexts, wakeRelay, assets }: ContainerParts): void {
  const { container, database } = workspace;
  container.register(AssetStore, { useValue: assets });
  container.register(EventBus, { useValue: background.bus });
  container.register(Jobs, { useValue: background.jobs });
  container.register(ReadinessProbes, { useValue: { name: 'database', check: () => database.ping() } });
  container.register(ReadinessProbes, { useValue: migrationProbe(database.knex) });
  const checkJobs = async (): Promise<void> => background.jobs.runner.checkRunning();
  container.register(ReadinessProbes, { useValue: { name: 'jobs', check: checkJobs } });
  registerAuth(workspace);
  registerFiles(workspace);
  registerSavedViews(workspace);
  registerMail(workspace);
  registerNotifications(workspace);
  registerSetup(
    workspace,
    setupHooks(workspace, () => container.resolve(PluginLifecycle)),
  );
  registerChanges(workspace, { room: records, wakeRelay });
  registerImports(workspace, { room: records, contexts: contexts.get, wakeRelay });
  registerWebhooks(workspace);
  registerForms(workspace, { calls });
  container.register(SearchUpkeep, {
    useValue: createSearchUpkeep({ ...workspace, identity: () => operatorIdentity(workspace.info()) }),
  });
  container.register(VisitBook, { useValue: createVisitBook(workspace) });
  registerExceptions(workspace, { room: records, calls });
  registerTimelines(workspace, { room: records, calls });
  registerDemoData(workspace, { calls, contexts: contexts.get, wakeRelay });
}
