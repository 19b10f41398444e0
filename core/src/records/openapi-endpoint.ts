import type { Endpoint } from '../http/endpoint.js';
import type { Generation } from '../kernel/generation.js';
import { buildOpenApi } from './openapi.js';

/** `GET /api/v1/openapi.json`: the whole API of the current generation, worked out once. */
export function openApiEndpoint(): Endpoint {
  const documents = new WeakMap<Generation, string>();
  const documentOf = (generation: Generation): string => {
    const text = documents.get(generation) ?? JSON.stringify(buildOpenApi(generation.endpoints));
    documents.set(generation, text);
    return text;
  };
  return {
    method: 'GET',
    path: '/api/v1/openapi.json',
    module: 'core',
    access: 'signed-in',
    surface: 'api',
    description: {
      operationId: 'core.openapi',
      summary: 'This document',
      tag: 'openapi',
      answers: { 200: { type: 'object' } },
    },
    handle: ({ generation }) =>
      Promise.resolve({
        status: 200,
        headers: { 'Content-Type': 'application/json; charset=utf-8' },
        body: documentOf(generation),
      }),
  };
}
