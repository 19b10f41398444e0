import { Type, type PageDefinition, type PageRequest, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { GenerationParts } from './generation-parts.js';
import type { Registrations } from './registrations.js';
import { requestTimeoutMs, splitKey } from './route-endpoints.js';

/** The HTML pages of a module below `/<module>`. */
export function pageEndpoints(module: Registrations, parts: GenerationParts): readonly Endpoint[] {
  return module.pages.flatMap((map) =>
    Object.entries(map).map(([key, page]) => toEndpoint(module.module, key, page, parts)),
  );
}

/** A form without a schema: any fields, all of them text. */
const anyForm = Type.Object({}, { additionalProperties: Type.String() });

function toEndpoint(module: string, key: string, page: PageDefinition, parts: GenerationParts): Endpoint {
  const [method, path] = splitKey(key);
  return {
    method,
    path: `/${module}${path}`,
    module,
    access: page.access,
    surface: 'page',
    idempotency: page.idempotency ?? 'answer',
    input: {
      ...(page.params === undefined ? {} : { params: page.params }),
      ...(page.query === undefined ? {} : { query: page.query as TSchema }),
      ...(method === 'POST' ? { body: { kind: 'form', schema: (page.form ?? anyForm) as TSchema } } : {}),
    },
    handle: (request) => handlePage({ module, key, page }, request, parts),
  };
}

interface PageCall {
  readonly module: string;
  readonly key: string;
  readonly page: PageDefinition;
}

/** Rendering happens outside the call: a slow template of core is no fault of the plugin. */
async function handlePage(
  { module, key, page }: PageCall,
  request: EndpointRequest,
  parts: GenerationParts,
): Promise<EndpointResponse> {
  const call = { module, what: `page ${key}`, timeoutMs: requestTimeoutMs, signal: request.signal };
  const result = await parts.calls.run(call, (signal) => {
    const { generation, identity, requestId } = request;
    const ctx = parts.contexts.create({ generation, module, identity, requestId, signal });
    return page.handle(ctx, toPageRequest(request));
  });
  return parts.presentPage(request, module, result);
}

function toPageRequest(request: EndpointRequest): PageRequest {
  return {
    params: request.params,
    query: request.query as Readonly<Record<string, string>>,
    form: (request.body ?? {}) as Readonly<Record<string, string>>,
    version: typeof request.ifVersion === 'number' ? request.ifVersion : undefined,
    isPartial: request.isPartial,
  };
}
