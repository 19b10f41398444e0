import { Activity, ForbiddenError, Type, Uuid, type Id } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import { getRecord, readRecord } from '../records/get-records.js';
import { recordScope, type RecordScope } from '../records/record-scope.js';
import type { RecordRoom } from '../records/index.js';
import { belongingOf, isWithinReach, permissionFor, reachFor } from '../records/rights.js';
import type { Workspace } from '../workspace/workspace.js';
import { follow, followersOf, unfollow } from './followers.js';
import { mention } from './tell-people.js';

/** What following needs. */
export interface FollowingParts {
  readonly workspace: Workspace;
  readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
}

const Following = Type.Object(
  {
    isFollowing: Type.Boolean({ description: 'Whether you hear of the record' }),
    followers: Type.Array(Uuid, { description: 'Users who do' }),
  },
  { additionalProperties: false },
);

/** `/api/v1/<path>/:id/following`: whether one hears of a record; of activities also who is named in them. */
export function followingEndpoints(entity: CompiledEntity, parts: FollowingParts): readonly Endpoint[] {
  const own = [showEndpoint(entity, parts), followEndpoint(entity, parts), unfollowEndpoint(entity, parts)];
  return entity.definition.id === Activity.id ? [...own, mentionEndpoint(entity, parts)] : own;
}

function common(entity: CompiledEntity, summary: string, verb: string) {
  return {
    path: `/api/v1/${entity.path}/:id/following`,
    module: entity.definition.module,
    surface: 'api',
    access: permissionFor(entity, 'read'),
    input: { params: { id: Uuid } },
    description: {
      operationId: `${entity.definition.id}.${verb}`,
      summary,
      tag: entity.definition.id,
      answers: { 200: Following },
    },
  } as const;
}

function showEndpoint(entity: CompiledEntity, parts: FollowingParts): Endpoint {
  return {
    ...common(entity, 'Who follows a record', 'followers'),
    method: 'GET',
    handle: async (request) => {
      const scope = await visibleScope(entity, parts, request);
      return { status: 200, body: await stateOf(scope, entity, request) };
    },
  };
}

function followEndpoint(entity: CompiledEntity, parts: FollowingParts): Endpoint {
  return {
    ...common(entity, 'Follow a record', 'follow'),
    method: 'PUT',
    handle: async (request) => ({ status: 200, body: await changeFollowing(entity, parts, request, true) }),
  };
}

function unfollowEndpoint(entity: CompiledEntity, parts: FollowingParts): Endpoint {
  return {
    ...common(entity, 'Follow a record no longer', 'unfollow'),
    method: 'DELETE',
    handle: async (request) => ({ status: 200, body: await changeFollowing(entity, parts, request, false) }),
  };
}

/** Follows a record that the user may see, or ends that. @throws NotFoundError, ForbiddenError for whoever is no user */
export async function changeFollowing(
  entity: CompiledEntity,
  parts: FollowingParts,
  request: EndpointRequest,
  isWanted: boolean,
): Promise<object> {
  const { userId } = request.identity;
  const scope = await visibleScope(entity, parts, request);
  if (userId === null) throw new ForbiddenError('not_a_user');
  const record = { entity: entity.definition.id, id: request.params['id'] ?? '' };
  return scope.inUnit(async ({ db }) => {
    await (isWanted ? follow : unfollow)(db, record, userId);
    return stateOf({ db }, entity, request);
  });
}

const Mentions = Type.Object(
  { users: Type.Array(Uuid, { minItems: 1, maxItems: 50 }) },
  { additionalProperties: false },
);

function mentionEndpoint(entity: CompiledEntity, parts: FollowingParts): Endpoint {
  return {
    ...common(entity, 'Name people in an activity, who are told of it', 'mention'),
    method: 'POST',
    path: `/api/v1/${entity.path}/:id/mentions`,
    access: permissionFor(entity, 'update'),
    idempotency: 'answer',
    input: { params: { id: Uuid }, body: { kind: 'json', schema: Mentions } },
    description: {
      operationId: `${entity.definition.id}.mention`,
      summary: 'Name people in an activity; those who were not named before are told of it',
      tag: entity.definition.id,
      answers: { 200: Type.Object({ told: Type.Array(Uuid) }, { additionalProperties: false }) },
    },
    async handle(request) {
      await assertChangeable(entity, parts, request);
      const { generation, identity, requestId, signal } = request;
      const { users } = request.body as { readonly users: readonly Id[] };
      const { database } = parts.workspace;
      const ctx = parts.workspace.context({ generation, module: 'core', identity, requestId, signal });
      const told = await ctx.tx((tx) => database.tx((trx) => mention(tx, trx, request.params['id'] ?? '', users)));
      return { status: 200, body: { told } };
    },
  };
}

/** Naming people in a text is changing it. @throws NotFoundError, ForbiddenError */
async function assertChangeable(
  entity: CompiledEntity,
  { room }: FollowingParts,
  request: EndpointRequest,
): Promise<void> {
  const scope = recordScope(room.world, room.callOf(request), 'core');
  const record = await getRecord(scope, entity, request.params['id'] ?? '');
  if (isWithinReach(scope.identity, reachFor(scope, entity, 'update'), belongingOf(record))) return;
  throw new ForbiddenError('forbidden', { permission: permissionFor(entity, 'update') });
}

async function visibleScope(
  entity: CompiledEntity,
  { room }: FollowingParts,
  request: EndpointRequest,
): Promise<RecordScope> {
  const scope = recordScope(room.world, room.callOf(request), 'core');
  await readRecord(scope, entity, request.params['id'] ?? '');
  return scope;
}

async function stateOf(
  { db }: Pick<RecordScope, 'db'>,
  entity: CompiledEntity,
  { identity, params }: EndpointRequest,
): Promise<object> {
  const followers = await followersOf(db, { entity: entity.definition.id, id: params['id'] ?? '' });
  return { isFollowing: followers.includes(identity.userId ?? ''), followers };
}
