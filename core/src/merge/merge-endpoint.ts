import { MergeRules, Type, Uuid, type MergeRule } from '@trellis-crm/sdk';
import type { Endpoint, EndpointDescription, EndpointRequest } from '../http/endpoint.js';
import { moduleIdentity, type CallRunner, type ModuleContexts } from '../kernel/index.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { recordScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import { permissionFor } from '../records/rights.js';
import { isMergeable } from './mergeable.js';
import { previewMerge } from './preview-merge.js';
import { mergeRecords, type MergeRequest, type TellModules } from './merge-records.js';

/** What merging needs of the other rooms. */
export interface MergeParts {
  readonly room: Pick<RecordRoom, 'callOf' | 'world'>;
  readonly calls: CallRunner;
  readonly contexts: ModuleContexts;
}

const mostLosers = 20;

const body = Type.Object(
  {
    winner: Uuid,
    losers: Type.Array(Uuid, { minItems: 1, maxItems: mostLosers }),
    fields: Type.Optional(Type.Record(Type.String(), Uuid)),
  },
  { additionalProperties: false },
);

/** `POST /api/v1/<path>/merge` makes one record of several, `GET` tells what refers to them. None for an entity whose records are not changed or deleted like that. */
export function mergeEndpoints(entity: CompiledEntity, parts: MergeParts): readonly Endpoint[] {
  if (!isMergeable(entity)) return [];
  const { definition, path } = entity;
  return [
    previewEndpoint(entity, parts),
    {
      method: 'POST',
      path: `/api/v1/${path}/merge`,
      module: definition.module,
      access: permissionFor(entity, 'update'),
      surface: 'api',
      idempotency: 'answer',
      input: { body: { kind: 'json', schema: body } },
      description: describeMerge(entity),
      async handle(request) {
        const { winner, losers, fields = {} } = request.body as Omit<MergeRequest, 'fields'> & Partial<MergeRequest>;
        const asked = {
          winner: winner.toLowerCase(),
          losers: losers.map((id) => id.toLowerCase()),
          fields: Object.fromEntries(Object.entries(fields).map(([field, id]) => [field, id.toLowerCase()])),
        };
        const scope = recordScope(parts.room.world, parts.room.callOf(request), definition.module);
        const outcome = await mergeRecords(scope, entity, asked, tellerOf(parts, request));
        return { status: 200, headers: { ETag: `"${String(outcome.record['version'])}"` }, body: outcome };
      },
    },
  ];
}

const MovedCounts = Type.Array(
  Type.Object({ entity: Type.String(), field: Type.String(), count: Type.Integer() }, { additionalProperties: false }),
);

function previewEndpoint(entity: CompiledEntity, { room }: MergeParts): Endpoint {
  const { definition, path } = entity;
  return {
    method: 'GET',
    path: `/api/v1/${path}/merge`,
    module: definition.module,
    access: permissionFor(entity, 'update'),
    surface: 'api',
    input: { query: Type.Object({ ids: Type.String({ pattern: idList }) }, { additionalProperties: false }) },
    description: {
      operationId: `${definition.id}.previewMerge`,
      summary: `Count what refers to some ${definition.plural}`,
      tag: definition.id,
      failures: [404],
      answers: { 200: Type.Object({ data: MovedCounts }, { additionalProperties: false }) },
    },
    async handle(request) {
      const scope = recordScope(room.world, room.callOf(request), definition.module);
      const { ids } = request.query as { readonly ids: string };
      return { status: 200, body: { data: await previewMerge(scope, entity, ids.toLowerCase().split(',')) } };
    },
  };
}

/** Ids with commas between them. */
const idList = '^[0-9a-fA-F-]{36}(,[0-9a-fA-F-]{36}){0,20}$';

function describeMerge({ definition, schemas }: CompiledEntity): EndpointDescription {
  return {
    operationId: `${definition.id}.merge`,
    summary: `Make one of several ${definition.plural}; the others lead to it from the trash`,
    tag: definition.id,
    body,
    failures: [404],
    answers: {
      200: Type.Object(
        { record: schemas.record, changeSet: Uuid, moved: MovedCounts },
        { additionalProperties: false },
      ),
    },
  };
}

/** Milliseconds a module may take while the locks are held. */
const ruleTimeoutMs = 8000;

/** Each module as itself, on behalf of whoever merges, in the transaction of the merge. */
function tellerOf({ calls, contexts }: MergeParts, { generation, identity }: EndpointRequest): TellModules {
  return async ({ unit }, { entity, winner, losers }) => {
    for (const { module, value } of generation.contributions.get(MergeRules.id) ?? []) {
      const owner = generation.modules.find((candidate) => candidate.module === module);
      const rule = value as MergeRule;
      if (owner === undefined || rule.entity.id !== entity) continue;
      const acting = moduleIdentity(owner, identity, identity.userId);
      await calls.run({ module, what: `merge rule ${rule.id}`, timeoutMs: ruleTimeoutMs }, (signal) =>
        contexts.transaction({ generation, module, identity: acting, unit, signal }, (tx) =>
          rule.run(tx, { winner, losers }),
        ),
      );
    }
  };
}
