import { sessionCookie } from '../http/caller.js';
import type { Endpoint } from '../http/endpoint.js';
import type { JsonSchema } from './compiled-entity.js';
import { failureComponents, failureResponses, isVersioned } from './openapi-failures.js';

/** Builds the OpenAPI 3.1 document of all endpoints that speak JSON and say what they do. */
export function buildOpenApi(endpoints: readonly Endpoint[]): object {
  const described = endpoints.filter(({ surface, description }) => surface === 'api' && description !== undefined);
  const paths = Map.groupBy(described, ({ path }) => toTemplate(path));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Trellis CRM',
      version: '1',
      description: 'Errors are problem documents of RFC 9457 with a stable `code`.',
    },
    servers: [{ url: '/' }],
    paths: Object.fromEntries(
      [...paths].map(([path, group]) => [
        path,
        Object.fromEntries(group.map((endpoint) => [endpoint.method.toLowerCase(), operation(endpoint)])),
      ]),
    ),
    components: { securitySchemes, schemas: { Problem: problem }, responses: failureComponents() },
  };
}

const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A personal API token' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie,
    description: 'A signed-in browser; what changes something also sends X-CSRF-Token',
  },
};

const problem: JsonSchema = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable; never renamed' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string' },
          code: { type: 'string' },
          message: { type: 'string' },
          details: { type: 'object', description: 'Such as the `limit` that is exceeded' },
        },
        required: ['pointer', 'code', 'message'],
      },
    },
    details: { type: 'object' },
    requestId: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
};

function operation(endpoint: Endpoint): object {
  const { description } = endpoint;
  return {
    operationId: description?.operationId,
    summary: description?.summary,
    tags: description === undefined ? [] : [description.tag],
    ...securityOf(endpoint),
    ...parametersOf(endpoint),
    ...bodyOf(endpoint),
    responses: responses(endpoint),
  };
}

function securityOf({ access }: Endpoint): object {
  if (access === 'public') return { security: [] };
  return { security: [{ token: [] }, { session: [] }], ...(access === 'signed-in' ? {} : { 'x-permission': access }) };
}

function parametersOf(endpoint: Endpoint): object {
  const parameters = [...pathParameters(endpoint), ...queryParameters(endpoint), ...headerParameters(endpoint)];
  return parameters.length > 0 ? { parameters } : {};
}

function pathParameters({ path, input }: Endpoint): object[] {
  const names = [...path.matchAll(/:([A-Za-z][A-Za-z0-9]*)/g)].map(([, name = '']) => name);
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: plain(input?.params?.[name] ?? { type: 'string' }),
  }));
}

function queryParameters({ input, description }: Endpoint): object[] {
  const schema: unknown = description?.query ?? (input?.query === 'any' ? undefined : input?.query);
  if (!isObject(schema) || !isObject(schema['properties'])) return [];
  const required: unknown = schema['required'];
  return Object.entries(schema['properties']).map(([name, property]) => ({
    name,
    in: 'query',
    required: Array.isArray(required) && required.includes(name),
    ...(isObject(property) && property['type'] === 'object' ? { style: 'deepObject', explode: true } : {}),
    schema: plain(property),
  }));
}

function headerParameters(endpoint: Endpoint): object[] {
  return [...versionHeader(endpoint), ...keyHeader(endpoint)];
}

/** Only what changes a known version asks for one. */
function versionHeader(endpoint: Endpoint): object[] {
  if (!isVersioned(endpoint)) return [];
  return [
    {
      name: 'If-Match',
      in: 'header',
      required: true,
      schema: { type: 'string' },
      description: 'ETag of the record, or * to force',
    },
  ];
}

const keyEffects: Readonly<Record<NonNullable<Endpoint['idempotency']>, string>> = {
  answer: 'The same key again, within a day, gives the same answer and changes nothing more',
  once: 'The same key again, within a day, is refused with 409 and changes nothing more',
  ignored: 'Accepted, without effect',
};

function keyHeader({ method, idempotency = 'once' }: Endpoint): object[] {
  if (method !== 'POST') return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]+$' },
      description: keyEffects[idempotency],
    },
  ];
}

function bodyOf({ method, input, description }: Endpoint): object {
  const body = input?.body;
  if (body === undefined) return {};
  if (body.kind === 'stream') {
    const content = Object.fromEntries(
      body.types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    );
    return { requestBody: { content } };
  }
  const type = body.kind === 'form' ? 'application/x-www-form-urlencoded' : jsonType(method);
  return { requestBody: { required: true, content: { [type]: { schema: plain(description?.body ?? body.schema) } } } };
}

function jsonType(method: string): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

function responses(endpoint: Endpoint): object {
  const { description, method, idempotency } = endpoint;
  const answers = Object.entries(description?.answers ?? {}).map(
    ([status, schema]) => [status, answer(method, schema)] as const,
  );
  const keyed = method === 'POST' && idempotency !== 'ignored' ? keyRefusals : {};
  return { ...failureResponses(endpoint), ...keyed, ...Object.fromEntries(answers) };
}

const failed = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };

const keyRefusals = {
  409: {
    ...failed,
    description:
      'Refused by the state of things; `idempotency_key_in_flight`: the request with this key is still under way; `idempotency_key_used`: it was done, and its answer is not kept',
  },
  422: { ...failed, description: 'Not valid; `idempotency_key_reused`: the key was used for another request' },
};

function answer(method: string, schema: object | null): object {
  const description = method === 'GET' ? 'Found' : 'Done';
  return schema === null
    ? { description }
    : { description, content: { 'application/json': { schema: plain(schema) } } };
}

/** Symbols of the schema builder are no JSON. */
function plain(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema)) as unknown;
}

function toTemplate(path: string): string {
  return path.replaceAll(/:([A-Za-z][A-Za-z0-9]*)/g, '{$1}');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
