import { Type, Uuid, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import { plainState, type ViewDraft, type ViewState } from './saved-view.js';
import type { SavedViews, ToldView } from './view-service.js';
import { askedVersion } from '../kernel/asked-version.js';

/** Saved views under `/api/v1/views`. */
export function viewEndpoints(views: () => SavedViews): readonly Endpoint[] {
  return [
    list(views),
    create(views),
    show(views),
    change(views),
    remove(views),
    restore(views),
    pin(views),
    unpin(views),
  ];
}

type Views = () => SavedViews;

const common = { module: 'core', surface: 'api', access: 'signed-in' } as const;
const byId = { id: Uuid };

function list(views: Views): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: '/api/v1/views',
    input: { query: Type.Object({ entity: EntityId }, { additionalProperties: false }) },
    description: describe('listViews', 'Views of a list: my own and those shared with me', {
      200: Type.Object({ data: Type.Array(ViewJson) }),
    }),
    async handle(request) {
      const found = await views().list(request, String(request.query['entity']));
      return { status: 200, body: { data: found.map(present) } };
    },
  };
}

function create(views: Views): Endpoint {
  return {
    ...common,
    method: 'POST',
    path: '/api/v1/views',
    input: { body: { kind: 'json', schema: ViewBody } },
    description: describe('createView', 'Save a view', { 201: ViewJson }),
    async handle(request) {
      const { entity, name, visibility, ...state } = request.body as NewViewInput;
      const shared = visibility === undefined ? {} : { visibility };
      const view = await views().create(request, entity, { name, ...shared, state: { ...plainState, ...state } });
      const answer = one(201, view);
      return { ...answer, headers: { ...answer.headers, Location: `/api/v1/views/${view.id}` } };
    },
  };
}

function show(views: Views): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: '/api/v1/views/:id',
    input: { params: byId },
    description: describe('getView', 'Read a view', { 200: ViewJson }),
    handle: async (request) => one(200, await views().get(request, idOf(request))),
  };
}

function change(views: Views): Endpoint {
  return {
    ...common,
    method: 'PATCH',
    path: '/api/v1/views/:id',
    input: { params: byId, body: { kind: 'json', schema: ViewPatchBody } },
    description: { ...describe('updateView', 'Change a view', { 200: ViewJson }), isVersioned: true },
    async handle(request) {
      const { name, visibility, ...state } = request.body as ViewInput;
      const patch = {
        ...(name === undefined ? {} : { name }),
        ...(visibility === undefined ? {} : { visibility }),
        ...(Object.keys(state).length === 0 ? {} : { state }),
      };
      return one(200, await views().update(request, idOf(request), { ...patch, version: askedVersion(request) }));
    },
  };
}

function remove(views: Views): Endpoint {
  return {
    ...common,
    method: 'DELETE',
    path: '/api/v1/views/:id',
    input: { params: byId },
    description: { ...describe('deleteView', 'Delete a view; it can be restored', { 204: null }), isVersioned: true },
    async handle(request) {
      await views().remove(request, idOf(request), askedVersion(request));
      return { status: 204, body: null };
    },
  };
}

function restore(views: Views): Endpoint {
  return {
    ...common,
    method: 'POST',
    path: '/api/v1/views/:id/restoration',
    input: { params: byId },
    description: describe('restoreView', 'Bring a deleted view back', { 200: ViewJson }),
    handle: async (request) => one(200, await views().restore(request, idOf(request))),
  };
}

function pin(views: Views): Endpoint {
  return {
    ...common,
    method: 'PUT',
    path: '/api/v1/views/:id/default',
    input: { params: byId, query: RoleQuery },
    description: describe('pinView', 'Begin the list with this view: mine, or that of a role', { 204: null }),
    handle: (request) => pinned(views(), request, true),
  };
}

function unpin(views: Views): Endpoint {
  return {
    ...common,
    method: 'DELETE',
    path: '/api/v1/views/:id/default',
    input: { params: byId, query: RoleQuery },
    description: describe('unpinView', 'No longer begin the list with this view', { 204: null }),
    handle: (request) => pinned(views(), request, false),
  };
}

async function pinned(views: SavedViews, request: EndpointRequest, isOn: boolean): Promise<EndpointResponse> {
  const { role } = request.query;
  await views.pin(request, idOf(request), { role: typeof role === 'string' ? role : null, isOn });
  return { status: 204, body: null };
}

const EntityId = Type.String({ pattern: '^[a-z][a-z0-9-]*\\.[a-z][a-zA-Z0-9-]*$', maxLength: 100 });
const Name = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' });
const VisibilityJson = Type.Union([Type.Literal('private'), Type.Literal('team'), Type.Literal('everyone')]);
const Layout = Type.Union([Type.Literal('list'), Type.Literal('board')]);
const Path = Type.String({ minLength: 1, maxLength: 200 });
const nullable = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
/** What it holds is checked against the entity. */
const Where = nullable(Type.Object({}, { additionalProperties: true }));

const stateMembers = {
  layout: Layout,
  where: Where,
  sort: Type.Array(Path, { maxItems: 5 }),
  columns: nullable(Type.Array(Path, { minItems: 1, maxItems: 50, uniqueItems: true })),
};
const parts = Type.Partial(Type.Object({ name: Name, visibility: VisibilityJson, ...stateMembers })).properties;
const ViewPatchBody = Type.Object(parts, { additionalProperties: false });
const ViewBody = Type.Object({ ...parts, name: Name, entity: EntityId }, { additionalProperties: false });
const RoleQuery = Type.Object(
  { role: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' })) },
  { additionalProperties: false },
);

const ViewJson = Type.Object({
  id: Uuid,
  entity: EntityId,
  name: Name,
  visibility: VisibilityJson,
  team: nullable(Uuid),
  owner: Uuid,
  ...stateMembers,
  isReduced: Type.Boolean({ description: 'Something of it does not exist for you and was left out' }),
  canChange: Type.Boolean(),
  isOwnDefault: Type.Boolean(),
  isRoleDefault: Type.Boolean(),
  version: Type.Integer(),
});

type ViewInput = Partial<Omit<ViewDraft, 'state'>> & Partial<ViewState>;
type NewViewInput = ViewInput & { readonly entity: string; readonly name: string };

function present({ state, isOwnDefault, isRoleDefault, canChange, isReduced, version, ...view }: ToldView): object {
  return { ...view, ...state, isReduced, canChange, isOwnDefault, isRoleDefault, version };
}

function one(status: number, view: ToldView): EndpointResponse {
  return { status, headers: { ETag: `"${view.version}"` }, body: present(view) };
}

function idOf({ params }: EndpointRequest): string {
  return params['id'] ?? '';
}

function describe(operationId: string, summary: string, answers: Readonly<Record<number, object | null>>) {
  return { operationId, summary, tag: 'views', answers };
}
