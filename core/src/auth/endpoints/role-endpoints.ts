import { Type, type Reach } from '@trellis-crm/sdk';
import type { Endpoint } from '../../http/endpoint.js';
import type { Workspace } from '../../workspace/workspace.js';
import { changeGrants, listGrants } from '../role-changes.js';
import type { Role } from '../role-grants.js';
import { Roles } from '../roles.js';

/** Roles and what they may do. */
export function roleEndpoints({ container, database, log, clock }: Workspace): readonly Endpoint[] {
  const roles = (): Roles => container.resolve(Roles);
  return [
    {
      ...common,
      method: 'GET',
      path: '/api/v1/roles',
      access: 'core.user:read',
      description: describe('listRoles', 'Roles of the workspace', Type.Object({ data: Type.Array(RoleSchema) })),
      handle: async () => ({ status: 200, body: { data: (await roles().all()).map(presentRole) } }),
    },
    {
      ...common,
      method: 'GET',
      path: '/api/v1/roles/:key/grants',
      access: 'core.role:administer',
      input: { params },
      description: describe('listGrants', 'Rights of a role', GrantsSchema),
      handle: async ({ generation, params: { key = '' } }) => ({
        status: 200,
        body: { data: listGrants(generation, await roles().get(key)) },
      }),
    },
    {
      ...common,
      method: 'PUT',
      path: '/api/v1/roles/:key/grants',
      access: 'core.role:administer',
      input: { params, body: { kind: 'json', schema: GrantsBody } },
      description: describe('changeGrants', 'Set rights of a role; those not named stay', GrantsSchema),
      async handle({ generation, identity: by, params: { key = '' }, body }) {
        const { grants } = body as { readonly grants: Readonly<Record<string, Reach | null>> };
        const role = await changeGrants({ database, log, clock, roles: roles() }, generation, { key, grants, by });
        return { status: 200, body: { data: listGrants(generation, role) } };
      },
    },
  ];
}

const common = { module: 'core', surface: 'api' } as const;
const params = { key: Type.String({ pattern: '^[a-z][a-z0-9-]{1,39}$' }) };

const ReachSchema = Type.Union([
  ...(['own', 'team', 'subtree', 'all'] as const).map((reach) => Type.Literal(reach)),
  Type.Null(),
]);
const GrantsBody = Type.Object(
  { grants: Type.Record(Type.String({ maxLength: 200 }), ReachSchema, { maxProperties: 2000 }) },
  { additionalProperties: false },
);
const RoleSchema = Type.Object({
  key: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  base: Type.String(),
});
const GrantsSchema = Type.Object({
  data: Type.Array(
    Type.Object({ permission: Type.String(), module: Type.String(), reach: ReachSchema, declared: ReachSchema }),
  ),
});

function presentRole({ key, name, base }: Role): object {
  return { key, name, base };
}

function describe(operationId: string, summary: string, answer: object) {
  return { operationId, summary, tag: 'access', answers: { 200: answer } };
}
