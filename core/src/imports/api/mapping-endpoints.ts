import { Type, Uuid, type Static } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { Imports } from '../import-service.js';
import type { ImportPlan } from '../plan/import-plan.js';
import type { SavedMapping } from '../saved-mappings.js';

/** Mappings that people keep, under `/api/v1/import-mappings`; `POST /api/v1/imports?mappingId=…` uses one. */
export function mappingEndpoints(imports: () => Imports): readonly Endpoint[] {
  return [listEndpoint(imports), keepEndpoint(imports), showEndpoint(imports), forgetEndpoint(imports)];
}

const path = '/api/v1/import-mappings';
const common = { module: 'core', surface: 'api', access: 'signed-in' } as const;
const tag = 'imports';

const short = { minLength: 1, maxLength: 200 };

const ColumnJson = Type.Object(
  {
    field: Type.String(short),
    constants: Type.Optional(Type.Record(Type.String(), Type.String(short))),
    format: Type.Optional(Type.String(short)),
    decimal: Type.Optional(Type.Union([Type.Literal('.'), Type.Literal(',')])),
    values: Type.Optional(Type.Record(Type.String(), Type.String(short))),
    ref: Type.Optional(Type.String(short)),
    missing: Type.Optional(Type.Union([Type.Literal('refuse'), Type.Literal('notice'), Type.Literal('create')])),
  },
  { additionalProperties: false },
);

const planParts = {
  entity: Type.String({ maxLength: 80 }),
  columns: Type.Record(Type.String(), ColumnJson, { description: 'By the name of the column' }),
  match: Type.String({ ...short, description: 'Field, `externalId:<column>` or `none`' }),
};

const Mode = Type.Union([Type.Literal('both'), Type.Literal('create'), Type.Literal('update')]);
const Blanks = Type.Union([Type.Literal('keep'), Type.Literal('clear')]);
const Source = Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' });

/** Of times that name no zone. */
const TimeZone = Type.Optional(Type.String({ minLength: 1, maxLength: 60 }));

const MappingBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    isShared: Type.Optional(Type.Boolean()),
    plan: Type.Object(
      {
        ...planParts,
        mode: Type.Optional(Mode),
        blanks: Type.Optional(Blanks),
        source: Type.Optional(Source),
        timeZone: TimeZone,
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);

const MappingJson = Type.Object({
  id: Uuid,
  name: Type.String(),
  isShared: Type.Boolean({ description: 'Offered to everybody who may import the entity' }),
  isOwn: Type.Boolean(),
  plan: Type.Object({ ...planParts, mode: Mode, blanks: Blanks, source: Type.String(), timeZone: TimeZone }),
});

const OneMapping = Type.Object({ data: MappingJson });

const MappingQuery = Type.Object(
  {
    entity: Type.Optional(Type.String({ maxLength: 80 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    after: Type.Optional(Uuid),
  },
  { additionalProperties: false },
);

function listEndpoint(imports: () => Imports): Endpoint {
  const Page = Type.Object({ next: Type.Union([Uuid, Type.Null()]) });
  const answers = { 200: Type.Object({ data: Type.Array(MappingJson), page: Page }) };
  return {
    ...common,
    method: 'GET',
    path,
    input: { query: MappingQuery },
    description: { operationId: 'listImportMappings', summary: 'Mappings of my own and shared ones', tag, answers },
    async handle({ identity, query }) {
      const { limit = 50, ...asked } = query as {
        readonly entity?: string;
        readonly after?: string;
        readonly limit?: number;
      };
      const found = await imports().kept.list(identity, { ...asked, limit: limit + 1 });
      const data = found.slice(0, limit);
      return {
        status: 200,
        body: { data: data.map(present), page: { next: found.length > limit ? data.at(-1)?.id : null } },
      };
    },
  };
}

function keepEndpoint(imports: () => Imports): Endpoint {
  return {
    ...common,
    method: 'POST',
    path,
    input: { body: { kind: 'json', schema: MappingBody } },
    description: {
      operationId: 'keepImportMapping',
      summary: 'Keep a mapping under a name; the same name again replaces it',
      tag,
      answers: { 201: OneMapping },
    },
    async handle({ identity, body }) {
      const { name, isShared = false, plan } = body as Static<typeof MappingBody>;
      const { mode = 'both', blanks = 'keep', source = 'csv' } = plan;
      const whole = { ...plan, columns: plan.columns as ImportPlan['columns'], mode, blanks, source };
      const mapping = await imports().kept.keep(identity, { name, isShared, plan: whole });
      return { status: 201, headers: { Location: `${path}/${mapping.id}` }, body: { data: present(mapping) } };
    },
  };
}

function showEndpoint(imports: () => Imports): Endpoint {
  return {
    ...common,
    method: 'GET',
    path: `${path}/:id`,
    input: { params: { id: Uuid } },
    description: { operationId: 'getImportMapping', summary: 'Read a mapping', tag, answers: { 200: OneMapping } },
    async handle(request) {
      return { status: 200, body: { data: present(await imports().kept.get(idOf(request), request.identity)) } };
    },
  };
}

function forgetEndpoint(imports: () => Imports): Endpoint {
  const summary = 'Forget a mapping of my own';
  return {
    ...common,
    method: 'DELETE',
    path: `${path}/:id`,
    input: { params: { id: Uuid } },
    description: { operationId: 'forgetImportMapping', summary, tag, answers: { 204: null } },
    async handle(request) {
      await imports().mappings.forget(request.identity.userId, idOf(request));
      return { status: 204, body: null };
    },
  };
}

function idOf({ params }: EndpointRequest): string {
  return params['id'] ?? '';
}

function present({ id, name, isShared, isOwn, plan }: SavedMapping): object {
  return { id, name, isShared, isOwn, plan };
}
