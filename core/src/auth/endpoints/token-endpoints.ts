import { NotFoundError, Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { listTokens, revokeToken } from '../api-token-store.js';
import { Authenticator } from '../authenticator.js';
import { createOwnToken, requireSession, requireUser, type TokenRequest } from '../own-access.js';

/** Personal API tokens of the user who asks. */
export function tokenEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [listOwnTokens(workspace), createOne(workspace), revokeOne(workspace)];
}

const common = { module: 'core', surface: 'api', access: 'signed-in' } as const;

function listOwnTokens({ database }: Workspace): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: '/api/v1/me/tokens',
    description: describe('listMyTokens', 'My API tokens', 200, Type.Object({ data: Type.Array(TokenSchema) })),
    handle: async ({ identity }) => ({
      status: 200,
      body: { data: await listTokens(database.knex, requireUser(identity.userId)) },
    }),
  };
}

function createOne(workspace: Workspace): Endpoint {
  return {
    ...common,
    method: 'POST',
    path: '/api/v1/me/tokens',
    input: { body: { kind: 'json', schema: TokenBody } },
    description: describe('createMyToken', 'Make an API token; it is shown this once', 201, TokenSchema),
    async handle({ generation, session, identity: by, body }) {
      const { userId } = requireSession(session);
      const { name, scopes = ['*'], expiresAt = null } = body as Partial<TokenRequest> & { readonly name: string };
      const token = await createOwnToken(workspace, generation, { userId, name, scopes, expiresAt, by });
      return { status: 201, headers: { Location: `/api/v1/me/tokens/${token.id}` }, body: token };
    },
  };
}

function revokeOne({ container, database, log }: Workspace): Endpoint {
  return {
    ...common,
    method: 'DELETE',
    path: '/api/v1/me/tokens/:id',
    input: { params: { id: Uuid } },
    description: describe('revokeMyToken', 'Revoke an API token', 204, null),
    async handle({ params: { id = '' }, identity }) {
      const userId = requireUser(identity.userId);
      if (!(await revokeToken(database.knex, userId, id))) throw new NotFoundError('token_not_found');
      container.resolve(Authenticator).refresh();
      log.info({ userId, tokenId: id }, 'API token revoked');
      return { status: 204, body: null };
    },
  };
}

const Scopes = Type.Array(Type.String({ minLength: 1, maxLength: 120 }), {
  minItems: 1,
  maxItems: 200,
  uniqueItems: true,
});

const TokenBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    scopes: Type.Optional(Scopes),
    expiresAt: Type.Optional(Type.Union([Type.String({ format: 'date-time' }), Type.Null()])),
  },
  { additionalProperties: false },
);

const TokenSchema = Type.Object({
  id: Uuid,
  name: Type.String(),
  hint: Type.String(),
  scopes: Scopes,
  createdAt: Type.String(),
  expiresAt: Type.Union([Type.String(), Type.Null()]),
  lastUsedAt: Type.Union([Type.String(), Type.Null()]),
  token: Type.Optional(Type.String()),
});

function describe(operationId: string, summary: string, status: number, answer: object | null) {
  return { operationId, summary, tag: 'access', answers: { [status]: answer } };
}
