import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { presentTag, TagBody, TagJson, TagMerge, TagPatch } from './tag-schemas.js';
import { changeTag, createTag, listTags, mergeTags, removeTag, type KeptTag, type TagDraft } from './tag-service.js';
import { askedVersion } from '../kernel/asked-version.js';

/** Right to look after the words that all use. */
export const tagRight = 'core.tag:administer';

const path = '/api/v1/tags';
const params = { id: Uuid };
const common = { module: 'core', surface: 'api' } as const;
const administered = { ...common, access: tagRight } as const;

/** The tags of the workspace: everybody knows them, administrators look after them. */
export function tagEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [
    listEndpoint(workspace),
    createEndpoint(workspace),
    changeEndpoint(workspace),
    mergeEndpoint(workspace),
    removeEndpoint(workspace),
  ];
}

function listEndpoint(workspace: Workspace): Endpoint {
  return {
    ...common,
    access: 'signed-in',
    method: 'GET',
    path,
    description: describe('listTags', 'All tags, by name', { 200: Type.Object({ data: Type.Array(TagJson) }) }),
    async handle({ identity }) {
      const showsUses = identity.reach(tagRight) !== null;
      return { status: 200, body: { data: (await listTags(workspace)).map((tag) => presentTag(tag, showsUses)) } };
    },
  };
}

function createEndpoint(workspace: Workspace): Endpoint {
  return {
    ...administered,
    method: 'POST',
    path,
    input: { body: { kind: 'json', schema: TagBody } },
    description: describe('createTag', 'Make a tag', { 201: TagJson }),
    async handle(request) {
      const tag = await createTag(workspace, request.body as TagDraft, request);
      return one(201, tag);
    },
  };
}

function changeEndpoint(workspace: Workspace): Endpoint {
  return {
    ...administered,
    method: 'PATCH',
    path: `${path}/:id`,
    input: { params, body: { kind: 'json', schema: TagPatch } },
    description: {
      ...describe('updateTag', 'Rename a tag or give it another colour', { 200: TagJson }),
      isVersioned: true,
    },
    async handle(request) {
      const { identity } = request;
      const change = { identity, version: askedVersion(request) };
      return one(200, await changeTag(workspace, idOf(request), request.body as Partial<TagDraft>, change));
    },
  };
}

function mergeEndpoint(workspace: Workspace): Endpoint {
  return {
    ...administered,
    method: 'POST',
    path: `${path}/:id/merge`,
    input: { params, body: { kind: 'json', schema: TagMerge } },
    description: describe('mergeTags', 'Let another tag take the place of this one', { 200: TagJson }),
    async handle(request) {
      const { into } = request.body as { readonly into: string };
      return one(200, await mergeTags(workspace, idOf(request), into, request));
    },
  };
}

function removeEndpoint(workspace: Workspace): Endpoint {
  return {
    ...administered,
    method: 'DELETE',
    path: `${path}/:id`,
    input: { params },
    description: {
      ...describe('deleteTag', 'Remove a tag, from all records that have it', { 204: null }),
      isVersioned: true,
    },
    async handle(request) {
      const { identity } = request;
      await removeTag(workspace, idOf(request), { identity, version: askedVersion(request) });
      return { status: 204, body: null };
    },
  };
}

function one(status: number, tag: KeptTag): EndpointResponse {
  return { status, headers: { ETag: `"${tag.version}"` }, body: presentTag(tag, true) };
}

function idOf({ params: { id = '' } }: EndpointRequest): string {
  return id;
}

function describe(operationId: string, summary: string, answers: Readonly<Record<number, object | null>>) {
  return { operationId, summary, tag: 'tags', answers };
}
