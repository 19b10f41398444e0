import { Type, type PermissionKey } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { RecordRoom } from '../../records/index.js';
import { recordScope } from '../../records/record-scope.js';
import { accepted } from '../api/change-set-endpoints.js';
import { ChangeSetJson } from '../api/present-change-set.js';
import type { ChangeSet } from '../change-set.js';
import type { ChangeSets } from '../change-sets.js';
import { BulkBody, checkBulk, idsOf, type BulkRequest } from './bulk-request.js';
import { bulkKinds } from './bulk-work.js';

/** What bulk changes need of the other rooms. */
export interface BulkParts {
  readonly changeSets: () => ChangeSets;
  readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
}

/** Whether records of an entity can be changed many at once. */
export function hasBulk({ definition: { without = [] } }: CompiledEntity): boolean {
  return !(without.includes('update') && without.includes('delete'));
}

/** `POST /api/v1/<path>/bulk`: one change to many records, as a job that can be taken back. Each action asks for its own right as well. */
export function bulkEndpoints(entity: CompiledEntity, parts: BulkParts): readonly Endpoint[] {
  if (!hasBulk(entity)) return [];
  const { definition, path } = entity;
  const access: PermissionKey = `${definition.id}:read`;
  return [
    {
      method: 'POST',
      path: `/api/v1/${path}/bulk`,
      module: definition.module,
      surface: 'api',
      access,
      idempotency: 'answer',
      input: { body: { kind: 'json', schema: BulkBody } },
      description: {
        operationId: `bulk_${definition.id.replaceAll(/[^a-z0-9]/gi, '_')}`,
        summary: `Change many ${definition.plural.replaceAll('_', ' ')} at once`,
        tag: path,
        answers: { 202: Type.Object({ data: ChangeSetJson }) },
      },
      handle: async (request) => accepted(await submitBulk(parts, entity, request, request.body as BulkRequest)),
    },
  ];
}

/** Has a job do one thing with many records. @throws what {@link checkBulk} throws */
export async function submitBulk(
  { changeSets, room }: BulkParts,
  entity: CompiledEntity,
  request: Pick<EndpointRequest, 'generation' | 'identity' | 'requestId'>,
  bulk: BulkRequest,
): Promise<ChangeSet> {
  await checkBulk(recordScope(room.world, room.callOf(request), entity.definition.module), entity, bulk);
  const { action, matching = null, set = null, tags = null } = bulk;
  const input = { action, matching, set, tags };
  const items = matching === null ? { items: idsOf(bulk) } : {};
  return changeSets().submit(
    { kind: bulkKinds[action], entity: entity.definition.id, input, ...items },
    request.identity,
  );
}
