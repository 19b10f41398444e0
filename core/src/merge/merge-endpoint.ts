import { MergeRules, Type, Uuid, type MergeRule } from '@trellis-crm/sdk';
import type { Endpoint, EndpointDescription, EndpointRequest } from '../http/endpoint.js';
import { moduleIdentity, type CallRunner, type ModuleContexts } from '../kernel/index.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { recordScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import { permissionFor } from '../records/rights.js';
import { isMergeable } from './mergeable.js';
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

/** `POST /api/v1/<path>/merge`: makes one record of several. None for an entity whose records are not changed or deleted like that. */
export function mergeEndpoints(entity: CompiledEntity, parts: MergeParts): readonly Endpoint[] {
  if (!isMergeable(entity)) return [];
  const { definition, path } = entity;
  return [
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

function describeMerge({ definition, schemas }: CompiledEntity): EndpointDescription {
  const moved = Type.Object(
    { entity: Type.String(), field: Type.String(), count: Type.Integer() },
    { additionalProperties: false },
  );
  return {
    operationId: `${definition.id}.merge`,
    summary: `Make one of several ${definition.plural}; the others lead to it from the trash`,
    tag: definition.id,
    body,
    answers: {
      200: Type.Object(
        { record: schemas.record, changeSet: Uuid, moved: Type.Array(moved) },
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
