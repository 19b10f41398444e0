import { Type, Uuid, type Id } from '@trellis-crm/sdk';
import type { Endpoint, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { UserAccess } from './user-access.js';

/** Inviting, deactivating and the role of users; their other facts are ordinary records. */
export function userEndpoints({ container }: Workspace): readonly Endpoint[] {
  const access = (): UserAccess => container.resolve(UserAccess);
  return [...linkEndpoints(access), ...stateEndpoints(access), roleEndpoint(access)];
}

const common = { module: 'core', surface: 'api', access: 'core.user:administer' } as const;
const params = { id: Uuid };

function linkEndpoints(access: () => UserAccess): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'POST',
      path: '/api/v1/users/:id/invitation',
      input: { params },
      description: describe('inviteUser', 'A link with which a user chooses a password', 201, LinkSchema),
      handle: async (call) => created(await access().invite(call, idOf(call.params))),
    },
    {
      ...common,
      method: 'POST',
      path: '/api/v1/users/:id/password-reset',
      input: { params },
      description: describe(
        'resetPassword',
        'A link with which a user sets a forgotten password anew',
        201,
        LinkSchema,
      ),
      handle: async (call) => created(await access().resetPassword(call, idOf(call.params))),
    },
  ];
}

function stateEndpoints(access: () => UserAccess): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'POST',
      path: '/api/v1/users/:id/deactivation',
      input: { params, body: { kind: 'json', schema: DeactivationBody } },
      description: describe(
        'deactivateUser',
        'End all access of a user and hand over what they own',
        200,
        DeactivationSchema,
      ),
      async handle(call) {
        const { reassignTo = null } = call.body as { readonly reassignTo?: Id | null };
        return { status: 200, body: { reassigned: await access().deactivate(call, idOf(call.params), reassignTo) } };
      },
    },
    {
      ...common,
      method: 'DELETE',
      path: '/api/v1/users/:id/deactivation',
      input: { params },
      description: describe('reactivateUser', 'Let a user sign in again', 204, null),
      async handle(call) {
        await access().reactivate(call, idOf(call.params));
        return { status: 204, body: null };
      },
    },
  ];
}

function roleEndpoint(access: () => UserAccess): Endpoint {
  return {
    ...common,
    method: 'PUT',
    path: '/api/v1/users/:id/role',
    input: { params, body: { kind: 'json', schema: RoleBody } },
    description: describe('changeRole', 'Give a user another role', 204, null),
    async handle(call) {
      await access().changeRole(call, idOf(call.params), (call.body as { readonly role: string }).role);
      return { status: 204, body: null };
    },
  };
}

const LinkSchema = Type.Object({ url: Type.String(), expiresAt: Type.String(), isMailed: Type.Boolean() });
const DeactivationBody = Type.Object(
  { reassignTo: Type.Optional(Type.Union([Uuid, Type.Null()])) },
  { additionalProperties: false },
);
const DeactivationSchema = Type.Object({ reassigned: Type.Record(Type.String(), Type.Integer()) });
const RoleBody = Type.Object({ role: Type.String({ maxLength: 40 }) }, { additionalProperties: false });

function idOf(params: Readonly<Record<string, string>>): Id {
  return params['id'] ?? '';
}

/** The address holds a secret, so it is an answer and never a header. */
function created(body: object): EndpointResponse {
  return { status: 201, body };
}

function describe(operationId: string, summary: string, status: number, answer: object | null) {
  return { operationId, summary, tag: 'access', answers: { [status]: answer } };
}
