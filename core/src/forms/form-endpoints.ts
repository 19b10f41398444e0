import { Type, Uuid, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { FormBody, FormContentSchema, FormPatchBody, type Form, type FormDraft, type FormPatch } from './form.js';
import { Forms } from './form-service.js';
import { listTargets } from './form-targets.js';
import { askedVersion } from '../kernel/asked-version.js';

/** What everything about forms asks for. */
export const formRoute = { module: 'core', surface: 'api', access: 'core.form:administer' } as const;

const path = '/api/v1/forms';
const params = { id: Uuid };

/** Web forms and what they can become. */
export function formEndpoints({ container }: Workspace): readonly Endpoint[] {
  const forms = (): Forms => container.resolve(Forms);
  return [targetsEndpoint(), ...readEndpoints(forms), ...writeEndpoints(forms), ...removalEndpoints(forms)];
}

type Service = () => Forms;

function targetsEndpoint(): Endpoint {
  return {
    ...formRoute,
    method: 'GET',
    path: `${path}/targets`,
    description: describe('listFormTargets', 'What forms can become', 200, listOf(TargetSchema)),
    handle: async ({ generation }) => ({
      status: 200,
      body: { data: listTargets(generation).map(({ id, module, label, fields }) => ({ id, module, label, fields })) },
    }),
  };
}

function readEndpoints(forms: Service): readonly Endpoint[] {
  return [
    {
      ...formRoute,
      method: 'GET',
      path,
      description: describe('listForms', 'All web forms', 200, listOf(FormSchema)),
      handle: async () => ({ status: 200, body: { data: (await forms().list()).map(present) } }),
    },
    {
      ...formRoute,
      method: 'GET',
      path: `${path}/:id`,
      input: { params },
      description: describe('getForm', 'A web form', 200, FormSchema),
      handle: async (request) => answer(await forms().get(idOf(request))),
    },
  ];
}

function writeEndpoints(forms: Service): readonly Endpoint[] {
  return [
    {
      ...formRoute,
      method: 'POST',
      path,
      input: { body: { kind: 'json', schema: FormBody } },
      description: describe('createForm', 'Make a web form', 201, FormSchema),
      async handle(request) {
        const { identity: by, generation } = request;
        const form = await forms().create(request.body as FormDraft, { by, generation });
        const { headers, body } = answer(form);
        return { status: 201, headers: { ...headers, Location: `${path}/${form.id}` }, body };
      },
    },
    {
      ...formRoute,
      method: 'PATCH',
      path: `${path}/:id`,
      input: { params, body: { kind: 'json', schema: FormPatchBody } },
      description: { ...describe('updateForm', 'Change a web form', 200, FormSchema), isVersioned: true },
      async handle(request) {
        const { identity: by, generation } = request;
        const change = { by, generation, version: askedVersion(request) };
        return answer(await forms().update(idOf(request), request.body as FormPatch, change));
      },
    },
  ];
}

function removalEndpoints(forms: Service): readonly Endpoint[] {
  return [
    {
      ...formRoute,
      method: 'DELETE',
      path: `${path}/:id`,
      input: { params },
      description: describe('removeForm', 'Remove a web form', 204, null),
      async handle(request) {
        await forms().remove(idOf(request), request.identity);
        return { status: 204, body: null };
      },
    },
    {
      ...formRoute,
      method: 'POST',
      path: `${path}/:id/restoration`,
      input: { params },
      description: describe('restoreForm', 'Take back the removal of a web form', 200, FormSchema),
      handle: async (request) => answer(await forms().restore(idOf(request), request.identity)),
    },
  ];
}

const FormSchema = Type.Composite([
  Type.Object({
    id: Uuid,
    version: Type.Integer(),
    name: Type.String(),
    slug: Type.String(),
    target: Type.String(),
    state: Type.Union([Type.Literal('draft'), Type.Literal('live')]),
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
  }),
  FormContentSchema,
]);

const TargetSchema = Type.Object({
  id: Type.String(),
  module: Type.String(),
  label: Type.String(),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      kind: Type.String(),
      isRequired: Type.Optional(Type.Boolean()),
    }),
  ),
});

function present({ content, createdAt, updatedAt, ...form }: Form): object {
  return { ...form, ...content, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

function answer(form: Form): EndpointResponse {
  return { status: 200, headers: { ETag: `"${form.version}"` }, body: present(form) };
}

function idOf({ params: { id = '' } }: EndpointRequest): string {
  return id;
}

function listOf(schema: TSchema): object {
  return Type.Object({ data: Type.Array(schema) });
}

function describe(operationId: string, summary: string, status: number, schema: object | null) {
  return { operationId, summary, tag: 'forms', answers: { [status]: schema } };
}
