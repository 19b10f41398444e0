import { Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { CompiledEntity } from '../records/compiled-entity.js';
import type { RecordRoom } from '../records/index.js';
import { recordScope, type RecordScope } from '../records/record-scope.js';
import { permissionFor } from '../records/rights.js';
import { hasTags, type Tag } from '../records/tags/tag.js';
import { addTag, addTags, dropTag, tagsOfRecord } from './change-tags.js';
import { presentTags, TagName, TagNames, TagsJson } from './tag-schemas.js';

/** What tagging records needs of the other rooms. */
export interface TagParts {
  readonly room: Pick<RecordRoom, 'world' | 'callOf'>;
}

/** `/api/v1/<path>/:id/tags`: the tags of a record. A tag is named by id or by its name; one that is not there is made. */
export function recordTagEndpoints(entity: CompiledEntity, parts: TagParts): readonly Endpoint[] {
  if (!hasTags(entity)) return [];
  return [
    showEndpoint(entity, parts),
    addSomeEndpoint(entity, parts),
    addEndpoint(entity, parts),
    dropEndpoint(entity, parts),
  ];
}

function showEndpoint(entity: CompiledEntity, parts: TagParts): Endpoint {
  return {
    ...common(entity, 'tags', 'The tags of a record'),
    method: 'GET',
    path: `/api/v1/${entity.path}/:id/tags`,
    access: permissionFor(entity, 'read'),
    input: { params: { id: Uuid } },
    handle: async (request) => answer(await tagsOfRecord(tagScope(parts, entity, request), entity, idOf(request))),
  };
}

function addSomeEndpoint(entity: CompiledEntity, parts: TagParts): Endpoint {
  return {
    ...common(entity, 'addTags', 'Give a record tags by their names'),
    method: 'POST',
    path: `/api/v1/${entity.path}/:id/tags`,
    access: permissionFor(entity, 'update'),
    idempotency: 'answer',
    input: { params: { id: Uuid }, body: { kind: 'json', schema: TagNames } },
    async handle(request) {
      const { tags } = request.body as { readonly tags: readonly string[] };
      return answer(await addTags(tagScope(parts, entity, request), entity, idOf(request), tags));
    },
  };
}

function addEndpoint(entity: CompiledEntity, parts: TagParts): Endpoint {
  return {
    ...common(entity, 'tag', 'Give a record a tag'),
    ...ofOneTag(entity),
    method: 'PUT',
    handle: async (request) =>
      answer(await addTag(tagScope(parts, entity, request), entity, idOf(request), tagOf(request))),
  };
}

function dropEndpoint(entity: CompiledEntity, parts: TagParts): Endpoint {
  return {
    ...common(entity, 'untag', 'Take a tag off a record'),
    ...ofOneTag(entity),
    method: 'DELETE',
    handle: async (request) =>
      answer(await dropTag(tagScope(parts, entity, request), entity, idOf(request), tagOf(request))),
  };
}

/** The records of one entity, as whoever asks may reach them. */
export function tagScope({ room }: TagParts, entity: CompiledEntity, request: EndpointRequest): RecordScope {
  return recordScope(room.world, room.callOf(request), entity.definition.module);
}

function common({ definition }: CompiledEntity, verb: string, summary: string) {
  const description = {
    operationId: `${definition.id}.${verb}`,
    summary,
    tag: definition.id,
    answers: { 200: TagsJson },
  };
  return { module: definition.module, surface: 'api', description } as const;
}

function ofOneTag(entity: CompiledEntity) {
  return {
    path: `/api/v1/${entity.path}/:id/tags/:tag`,
    access: permissionFor(entity, 'update'),
    input: { params: { id: Uuid, tag: TagName } },
  } as const;
}

function idOf({ params: { id = '' } }: EndpointRequest): string {
  return id;
}

function tagOf({ params: { tag = '' } }: EndpointRequest): string {
  return tag;
}

function answer(tags: readonly Tag[]): EndpointResponse {
  return { status: 200, body: presentTags(tags) };
}
