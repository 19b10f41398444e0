import type { EntityDefinition } from '@trellis-crm/sdk';
import { accessChannel } from '../auth/access-cache.js';
import { authEndpoints } from '../auth/index.js';
import { calendarEndpoints } from '../calendar/index.js';
import { changeSetEndpoints, ChangeSets } from '../changes/index.js';
import { Signals } from '../database/signals.js';
import { DemoData, demoEndpoints } from '../demo/index.js';
import { deadLetterEndpoints } from '../events/dead-letter-endpoints.js';
import { exceptionApi } from '../exceptions/index.js';
import { exportEndpoints, exportParts } from '../exports/index.js';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import type { ReasonTexts } from '../http/reason-texts.js';
import { fileEndpoints, FileStore } from '../files/index.js';
import { formRoomEndpoints } from '../forms/index.js';
import { Hold, holdEndpoint } from '../hold/index.js';
import { importEndpoints, Imports, mappingEndpoints } from '../imports/index.js';
import { jobEndpoints, maySeeJob } from '../jobs/job-endpoints.js';
import type { CallRunner } from '../kernel/index.js';
import { PluginLifecycle } from '../kernel/lifecycle/index.js';
import { pluginEndpoints } from '../kernel/rest/index.js';
import { createLiveStreams, type LiveStreams } from '../live/index.js';
import { mailEndpoints } from '../mail/index.js';
import { notificationEndpoints } from '../notifications/index.js';
import { reasonTexts } from '../pages/exports/reason-texts.js';
import type { PageDeps } from '../pages/page-call.js';
import { corePageEndpoints } from '../pages/core-page-endpoints.js';
import type { RecordRoom } from '../records/index.js';
import { SavedViews, viewEndpoints } from '../saved-views/index.js';
import { settingsEndpoints } from '../settings/index.js';
import { setupPages } from '../setup/index.js';
import { tagEndpoints } from '../tags/index.js';
import { webhookEndpoints } from '../webhooks/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { Background } from './background.js';
import { watchCaller } from './stream-callers.js';

/** Core's endpoints that belong to no entity, and the streams that have to end with the process. */
export interface CoreEndpoints {
  readonly endpoints: readonly Endpoint[];
  readonly streams: LiveStreams;
}

/** Gathers them from the rooms. */
export function gatherCoreEndpoints(
  workspace: Workspace,
  room: RecordRoom,
  { bus, jobs, calls }: Background & { readonly calls: CallRunner },
): CoreEndpoints {
  const streams = createLiveStreams({
    hub: bus.hub,
    isVisible: async (request, entity, id) => {
      const definition: EntityDefinition | undefined = request.generation.entities.get(entity)?.definition;
      if (definition === undefined) return false;
      return (await room.records(room.callOf(request), definition).getMany([id])).length === 1;
    },
    mayWatchJob: async ({ identity }, id) => maySeeJob(identity, await jobs.progress.get(id)),
    watchCaller: (request) => watchCaller(workspace, request),
  });
  const { container, clock, config, database } = workspace;
  container.resolve(Signals).on(accessChannel, () => streams.recheck());
  const lifecycle = () => container.resolve(PluginLifecycle);
  return {
    streams,
    endpoints: [
      ...room.endpoints,
      ...authEndpoints(workspace),
      ...setupPages(workspace),
      ...settingsEndpoints(workspace),
      ...viewEndpoints(() => container.resolve(SavedViews)),
      ...ownRooms.flatMap((endpoints) => endpoints(workspace)),
      holdEndpoint(() => container.resolve(Hold)),
      ...pluginEndpoints({ lifecycle, dataDir: config.dataDir }),
      ...deadLetterEndpoints({ knex: database.knex, clock, wakeRelay: () => bus.relay.wake() }),
      ...jobEndpoints(jobs.progress),
      ...manyRecordEndpoints({ workspace, calls }),
      ...exceptionApi(workspace, room),
      ...fileEndpoints({ room, store: () => container.resolve(FileStore) }),
      ...demoEndpoints(() => container.resolve(DemoData)),
      streams.endpoint,
      ...corePageEndpoints({ workspace, calls, lifecycle }),
    ],
  };
}

/** Rooms that need nothing but the workspace. */
const ownRooms = [
  calendarEndpoints,
  mailEndpoints,
  notificationEndpoints,
  webhookEndpoints,
  formRoomEndpoints,
  tagEndpoints,
];

/** What is done with many records at once. */
function manyRecordEndpoints(deps: PageDeps): readonly Endpoint[] {
  const { workspace } = deps;
  const { container } = workspace;
  const textsOf = (request: EndpointRequest): ReasonTexts => reasonTexts(deps, request);
  return [
    ...changeSetEndpoints(() => container.resolve(ChangeSets), textsOf),
    ...exportEndpoints(exportParts(workspace)),
    ...importEndpoints(() => container.resolve(Imports), textsOf),
    ...mappingEndpoints(() => container.resolve(Imports)),
  ];
}
