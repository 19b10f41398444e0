import { setTimeout as pause } from 'node:timers/promises';
import { Type, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../../http/endpoint.js';
import type { PluginLifecycle } from '../lifecycle/lifecycle.js';
import { actorKey } from '../plugin-identity.js';
import { pluginIdPattern } from '../registration-checks.js';

/** What the endpoints work with. */
export interface PluginEndpointParts {
  /** The lifecycle, which comes to be after the endpoints that show it. */
  lifecycle(): PluginLifecycle;
  readonly dataDir: string;
}

/** Address of the collection. */
export const root = '/api/v1/plugins';

/** Schema of the path parameter `id`. */
export const pluginId = Type.String({ pattern: pluginIdPattern.source });

/** What all these endpoints have in common: they are for administrators of plugins. */
export const base = { module: 'core', surface: 'api', access: 'core.plugin:administer' } as const;

/** Schema of an answer that is a list. */
export function listOf(schema: TSchema): TSchema {
  return Type.Object({ data: Type.Array(schema) });
}

/** Schema of the answer to an operation that goes on after the request. */
export const StartedSchema = Type.Object({ operations: Type.String() });

/** Plugin the request names. */
export function idOf(request: EndpointRequest): string {
  return request.params['id'] ?? '';
}

/** Description for OpenAPI. */
export function describe(
  operationId: string,
  summary: string,
  answers: Readonly<Record<number, TSchema | null>>,
): NonNullable<Endpoint['description']> {
  return { operationId, summary, tag: 'plugins', answers };
}

/** Success with one thing. */
export function ok(body: object): EndpointResponse {
  return { status: 200, body };
}

/** Success with a list. */
export function okList(items: readonly object[]): EndpointResponse {
  return { status: 200, body: { data: items } };
}

const patienceMs = 10_000;

/** Waits for an operation as long as a request may take; a longer one goes on by itself, and its journal tells how it ends. */
export async function inTime(
  request: EndpointRequest,
  work: (actor: string) => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  const location = `${root}/${idOf(request)}/operations`;
  const patience = new AbortController();
  const accepted: EndpointResponse = { status: 202, headers: { location }, body: { operations: location } };
  const tooLong = pause(patienceMs, accepted, { signal: patience.signal });
  tooLong.catch(() => undefined);
  return Promise.race([work(actorKey(request.identity)), tooLong]).finally(() => patience.abort());
}
