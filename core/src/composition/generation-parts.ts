import { bulkEndpoints, ChangeSets } from '../changes/index.js';
import { entityExportEndpoints, exportParts } from '../exports/index.js';
import { completenessEndpoints } from '../completeness/index.js';
import { duplicatesJob, pairEndpoints } from '../duplicates/index.js';
import { entityImportEndpoints, Imports } from '../imports/index.js';
import { enqueueJob } from '../jobs/job-queue.js';
import { followingEndpoints } from '../following/index.js';
import type { CallRunner, GenerationParts, ModuleContexts } from '../kernel/index.js';
import { mergeEndpoints } from '../merge/index.js';
import { exportLabels } from '../pages/exports/export-labels.js';
import { entityPageEndpoints } from '../pages/entity-page-endpoints.js';
import { presentPluginPage } from '../pages/plugin-pages/present-page.js';
import type { Endpoint } from '../http/endpoint.js';
import { compileEntity, type CompiledEntity, type RecordRoom } from '../records/index.js';
import { recordTagEndpoints } from '../tags/index.js';
import { timelineEndpoints, Timelines } from '../timeline/index.js';
import type { AssetRegistry } from '../views/index.js';
import type { Workspace } from '../workspace/workspace.js';
import type { CoreEndpoints } from './core-endpoints.js';
import { viewEngines } from './view-sources.js';

/** What the rooms put into a generation. */
export interface GenerationSources {
  readonly workspace: Workspace;
  readonly records: RecordRoom;
  readonly core: CoreEndpoints;
  readonly contexts: ModuleContexts;
  readonly calls: CallRunner;
  readonly assets: AssetRegistry;
}

/** Derives REST, import and pages from each entity, and gives plugins' pages the shell. */
export function generationParts({
  workspace,
  records,
  core,
  contexts,
  calls,
  assets,
}: GenerationSources): GenerationParts {
  const timelines = () => workspace.container.resolve(Timelines);
  const imports = () => workspace.container.resolve(Imports);
  return {
    contexts,
    calls,
    compileEntity,
    entityEndpoints: (entity) => [
      ...records.entityEndpoints(entity),
      ...qualityEndpoints(entity, { workspace, records, calls, contexts }),
      ...entityImportEndpoints(entity, imports),
      ...entityExportEndpoints(entity, {
        ...exportParts(workspace),
        room: records,
        labelsOf: (request, one) => exportLabels({ workspace, calls }, request, one),
      }),
      ...bulkEndpoints(entity, { changeSets: () => workspace.container.resolve(ChangeSets), room: records }),
      ...timelineEndpoints(entity, timelines),
      ...followingEndpoints(entity, { workspace, room: records }),
      ...recordTagEndpoints(entity, { room: records }),
      ...entityPageEndpoints({ workspace, calls }, entity),
    ],
    coreEndpoints: core.endpoints,
    createViews: viewEngines(assets, workspace.log),
    presentPage: (request, module, result) => presentPluginPage({ workspace, calls }, request, module, result),
  };
}

/** What keeps records free of duplicates and gaps. */
function qualityEndpoints(
  entity: CompiledEntity,
  { workspace, records, calls, contexts }: Pick<GenerationSources, 'workspace' | 'records' | 'calls' | 'contexts'>,
): readonly Endpoint[] {
  const { knex } = workspace.database;
  const job = { module: 'core', name: duplicatesJob, payload: {}, key: duplicatesJob, queue: duplicatesJob };
  return [
    ...pairEndpoints(entity, { room: records, search: () => enqueueJob(knex, job) }),
    ...completenessEndpoints(entity, knex),
    ...mergeEndpoints(entity, { room: records, calls, contexts }),
  ];
}
