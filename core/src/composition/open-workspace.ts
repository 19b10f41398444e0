import { randomUUID } from 'node:crypto';
import { SDK_VERSION } from '@trellis-crm/sdk';
import { registerAuth } from '../auth/index.js';
import { registerCore } from '../core-module.js';
import { EventBus } from '../events/event-bus.js';
import { AssetStore, SetupState } from '../http/index.js';
import { Jobs } from '../jobs/jobs.js';
import {
  createCallRunner,
  createGenerations,
  createModuleContexts,
  type CallRunner,
  type Generations,
  type ModuleContexts,
} from '../kernel/index.js';
import { createLifecycle, type LifecycleParts, type PluginLifecycle } from '../kernel/lifecycle/index.js';
import { entityPageEndpoints } from '../pages/entity-page-endpoints.js';
import { presentPluginPage } from '../pages/plugin-pages/present-page.js';
import { compileEntity, createRecordRoom, type RecordRoom } from '../records/index.js';
import { createAssetRegistry } from '../views/index.js';
import type { Workspace } from '../workspace/workspace.js';
import { createBackground, type Background } from './background.js';
import { contextServices } from './context-services.js';
import { gatherCoreEndpoints, type CoreEndpoints } from './core-endpoints.js';
import { layFoundation, type Foundation, type FoundationOptions } from './foundation.js';
import { guardRunner } from './guards.js';
import { later } from './later.js';
import { moduleWork } from './module-work.js';
import { viewEngines } from './view-sources.js';

/** How a workspace is opened. */
export interface WorkspaceOptions extends FoundationOptions {
  /** `serves`: answers requests and works in the background; a command does neither. */
  readonly serves: boolean;
  /** Events wait until the relay is drained, for tests that say when; otherwise they are delivered after each commit. */
  readonly waitsWithEvents?: boolean;
  /** This process holds old code of a plugin and ought to be replaced. */
  readonly onRestartNeeded?: () => void;
}

/** A workspace with its rooms wired and its plugins running. */
export interface OpenWorkspace extends Workspace, Background {
  readonly lifecycle: PluginLifecycle;
  readonly room: RecordRoom;
  readonly calls: CallRunner;
  /** Begins to deliver events and to run jobs. */
  startBackground(): Promise<void>;
  /** Ends streams and background work, each within its grace; the database stays open, it belongs to the caller. */
  close(): Promise<void>;
}

/** Wires the rooms of one workspace: the only place that knows all of them. */
export async function openWorkspace(options: WorkspaceOptions): Promise<OpenWorkspace> {
  const foundation = await layFoundation(options);
  const rooms = wireRooms(foundation, options);
  const { bus, jobs } = rooms.background;
  const lifecycle = createLifecycle(lifecycleParts(options, foundation, rooms));
  await lifecycle.open();
  return {
    ...rooms.workspace,
    ...rooms.background,
    lifecycle,
    room: rooms.room,
    calls: rooms.calls,
    async startBackground() {
      bus.relay.start();
      await jobs.start();
    },
    async close() {
      rooms.core.streams.close();
      await lifecycle.close();
      await jobs.close();
      await bus.close();
      await foundation.signals.close();
    },
  };
}

interface Rooms {
  readonly processId: string;
  readonly calls: CallRunner;
  readonly contexts: ModuleContexts;
  readonly generations: Generations;
  readonly room: RecordRoom;
  readonly background: Background;
  readonly workspace: Workspace;
  readonly core: CoreEndpoints;
  wakeRelay(): void;
}

/** Rooms need each other in circles: what is used only once calls come in is handed on as `later`. */
function wireRooms(foundation: Foundation, { waitsWithEvents = false }: WorkspaceOptions): Rooms {
  const { database, log, clock, container } = foundation;
  const processId = randomUUID();
  const calls = createCallRunner(log);
  const contexts = later<ModuleContexts>('contexts');
  const generations = later<Generations>('generations');
  const generation = () => generations.get().current();
  const background = createBackground(foundation, { processId, calls, contexts: contexts.get, generation });
  const wakeRelay = (): void => {
    if (!waitsWithEvents) background.bus.relay.wake();
  };
  const room = createRecordRoom({
    database,
    clock,
    wakeRelay,
    phoneCountry: () => foundation.settings.current().defaultCountry,
    runGuard: guardRunner(calls, contexts.get),
  });
  contexts.set(createModuleContexts({ ...foundation, ...room, ...contextServices(foundation), calls, wakeRelay }));
  const workspace = createWorkspace(foundation, contexts.get(), generation);
  const assets = createAssetRegistry();
  container.register(AssetStore, { useValue: assets });
  container.register(EventBus, { useValue: background.bus });
  container.register(Jobs, { useValue: background.jobs });
  registerAuth(workspace);
  if (!container.isRegistered(SetupState))
    container.register(SetupState, { useValue: { isSetUp: () => Promise.resolve(true) } });
  const core = gatherCoreEndpoints(workspace, room, background);
  generations.set(
    createGenerations(
      {
        contexts: contexts.get(),
        calls,
        compileEntity,
        entityEndpoints: (entity) => [...room.entityEndpoints(entity), ...entityPageEndpoints({ workspace }, entity)],
        coreEndpoints: core.endpoints,
        createViews: viewEngines(assets, log),
        presentPage: (request, module, result) => presentPluginPage({ workspace }, request, module, result),
      },
      calls,
    ),
  );
  return {
    processId,
    calls,
    contexts: contexts.get(),
    generations: generations.get(),
    room,
    background,
    workspace,
    core,
    wakeRelay,
  };
}

function createWorkspace(
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
      purgeExpiredLogins: () => Promise.resolve(),
    }),
    dataDir: config.dataDir,
    pluginsDir: config.pluginsDir,
    process: { id: processId, version: SDK_VERSION, serves: options.serves },
    work: moduleWork(foundation),
    checkTables: () => Promise.resolve([]),
    onRestartNeeded: options.onRestartNeeded ?? (() => undefined),
  };
}
