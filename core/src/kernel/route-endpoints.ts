import type { RouteDefinition, RouteRequest, TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse, Method } from '../http/endpoint.js';
import { toAnswerText } from './answer-text.js';
import type { GenerationParts } from './generation-parts.js';
import type { Registrations } from './registrations.js';

/** Milliseconds a route or page handler may take: as long as the request itself. */
export const requestTimeoutMs = 15_000;

/** The JSON routes of a module below `/api/v1/<module>`. */
export function routeEndpoints(module: Registrations, parts: GenerationParts): readonly Endpoint[] {
  return module.routes.flatMap((map) =>
    Object.entries(map).map(([key, route]) => toEndpoint(module, key, route, parts)),
  );
}

function toEndpoint({ module }: Registrations, key: string, route: RouteDefinition, parts: GenerationParts): Endpoint {
  const [method, path] = splitKey(key);
  const status = route.status ?? (method === 'POST' ? 201 : 200);
  return {
    method,
    path: `/api/v1/${module}${path}`,
    module,
    access: route.access,
    surface: 'api',
    idempotency: route.idempotency ?? 'answer',
    input: inputOf(route),
    description: {
      operationId: operationId(module, method, path),
      summary: route.summary ?? `${method} ${path}`,
      tag: module,
      answers: route.answer === undefined ? { [status]: {}, 204: null } : { [status]: route.answer },
    },
    handle: (request) => handleRoute({ module, key, route, status }, request, parts),
  };
}

function inputOf({ params, query, body }: RouteDefinition): NonNullable<Endpoint['input']> {
  return {
    ...(params === undefined ? {} : { params: params as Readonly<Record<string, TSchema>> }),
    ...(query === undefined ? {} : { query: query as TSchema }),
    ...(body === undefined ? {} : { body: { kind: 'json', schema: body as TSchema } }),
  };
}

interface RouteCall {
  readonly module: string;
  readonly key: string;
  readonly route: RouteDefinition;
  /** Of success. */
  readonly status: number;
}

async function handleRoute(
  { module, key, route, status }: RouteCall,
  request: EndpointRequest,
  parts: GenerationParts,
): Promise<EndpointResponse> {
  const call = { module, what: `route ${key}`, timeoutMs: requestTimeoutMs, signal: request.signal };
  const body = await parts.calls.run(call, async (signal) => {
    const { generation, identity, requestId } = request;
    const ctx = parts.contexts.create({ generation, module, identity, requestId, signal });
    const { params, query, body } = request;
    return toAnswerText(
      module,
      key,
      await route.handle(ctx, { params, query, body } as RouteRequest<unknown, unknown, unknown>),
    );
  });
  return body === undefined ? { status: 204, body: null } : { status, body };
}

/** `POST /deals/:dealId/closure` of sales becomes `salesPostDealsDealIdClosure`. */
function operationId(module: string, method: Method, path: string): string {
  const words = `${module} ${method.toLowerCase()} ${path}`.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}

/** Method and path of a key like `GET /deals`; `/` stands for the module's own address. */
export function splitKey(key: string): [Method, string] {
  const space = key.indexOf(' ');
  const path = key.slice(space + 1);
  return [key.slice(0, space) as Method, path === '/' ? '' : path];
}
