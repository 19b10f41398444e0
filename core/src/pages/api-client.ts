import { ForbiddenError, NotFoundError, ValidationError } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse, Method } from '../http/endpoint.js';
import { toPublicError } from '../http/error-handler.js';
import { SchemaChecks } from '../http/validation.js';
import type { PageCall } from './page-call.js';

/** What a call to the API carries besides its address. */
export interface ApiInput {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly ifVersion?: number | '*';
}

/**
 * Calls an endpoint of the API as the person who asks for the page, without a request of its own: a page can do exactly what
 * the API lets this person do, and refuses in the same words.
 *
 * @throws what the endpoint throws; ForbiddenError and ValidationError as the pipeline would
 */
export async function callApi(
  call: PageCall,
  method: Method,
  path: string,
  input: ApiInput = {},
): Promise<EndpointResponse> {
  const { request } = call;
  const { generation } = request;
  const match = generation.match(method, `/api/v1${path}`);
  if (match.kind !== 'found') throw new NotFoundError('not_found');
  checkRight(match.endpoint, request);
  const query: Record<string, unknown> = { ...input.query };
  checkInput(match.endpoint, query, input.body);
  const params = Object.fromEntries(
    Object.entries(match.params).map(([name, value]) => [name, decodeURIComponent(value)]),
  );
  const asked = derivedRequest(request, { method, path, query, params, input });
  try {
    return await match.endpoint.handle(asked);
  } catch (error) {
    // What the database forbids has a meaning too; the pipeline finds it for others.
    throw toPublicError(error);
  }
}

/** The JSON that a GET endpoint answers. */
export async function readApi<T>(
  call: PageCall,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<T> {
  const body = await readApiUnread(call, path, query);
  // What an endpoint answers is described by its schema, which the table of endpoints erases.
  return (typeof body === 'string' ? JSON.parse(body) : body) as T;
}

/** The same as it comes: text is JSON already. */
export async function readApiUnread(
  call: PageCall,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<unknown> {
  return (await callApi(call, 'GET', path, { query })).body;
}

interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
  readonly input: ApiInput;
}

/** The page's request with another question. What is costly to make, such as its signal, is still made only when asked for. */
function derivedRequest(request: EndpointRequest, { method, path, query, params, input }: Asked): EndpointRequest {
  const { generation, identity, session, requestId, isPartial, header, cookie, csrfToken } = request;
  return {
    ...{ generation, identity, session, requestId, isPartial, header, cookie, csrfToken, method, query, params },
    body: input.body,
    bodyStream: null,
    ifVersion: input.ifVersion ?? null,
    get url() {
      const url = new URL(`/api/v1${path}`, request.url);
      for (const [name, value] of Object.entries(input.query ?? {})) url.searchParams.append(name, value);
      return url;
    },
    get ip() {
      return request.ip;
    },
    get signal() {
      return request.signal;
    },
  };
}

const checks = new SchemaChecks();

function checkRight({ access }: Endpoint, { identity }: EndpointRequest): void {
  if (access === 'public' || access === 'signed-in') return;
  if (identity.reach(access) === null) throw new ForbiddenError('forbidden', { permission: access });
}

/** Texts of a query become what its schema says; a body is checked as it is. */
function checkInput({ input = {} }: Endpoint, query: Record<string, unknown>, body: unknown): void {
  const { query: querySchema = 'any', body: declared } = input;
  const errors = [
    ...(querySchema === 'any' ? [] : checks.for('query', querySchema).problems(query)),
    ...(declared?.kind === 'json' ? checks.for('json', declared.schema).problems(body) : []),
  ];
  if (errors.length > 0) throw new ValidationError('not_valid', {}, { errors });
}
