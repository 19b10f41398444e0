import { problemTitles } from '../http/problem.js';
import type { Endpoint } from '../http/endpoint.js';

/** A reference per status that an endpoint may refuse with; what it does not name here it never answers. */
export function failureResponses(endpoint: Endpoint): Readonly<Record<string, object>> {
  const named = failuresOf(endpoint).map(
    (status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }] as const,
  );
  return Object.fromEntries(named);
}

/** The responses that {@link failureResponses} refers to. */
export function failureComponents(): Readonly<Record<string, object>> {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return Object.fromEntries(
    Object.entries(problemTitles).map(([status, description]) => [nameOf(Number(status)), { description, content }]),
  );
}

/** Whether an endpoint asks for the version that the caller has seen. */
export function isVersioned({ method, description }: Endpoint): boolean {
  const changesKnown = method === 'PATCH' || method === 'DELETE';
  return description?.isVersioned ?? (changesKnown && /\.(update|trash)$/.test(description?.operationId ?? ''));
}

/** Every request may be malformed, carry a wrong token or an odd body, or come at a bad time. */
const always: readonly number[] = [400, 401, 413, 415, 503];

function failuresOf(endpoint: Endpoint): readonly number[] {
  const { access, method, path, description } = endpoint;
  const isWrite = method !== 'GET';
  const known = [
    ...always,
    ...(access !== 'public' || isWrite ? [403] : []),
    ...(path.includes(':') ? [404] : []),
    ...(isWrite ? [409, 422] : []),
    ...(isVersioned(endpoint) ? [412, 428] : []),
    ...(description?.failures ?? []),
  ];
  return [...new Set(known)].toSorted((left, right) => left - right);
}

/** `Not signed in` → `NotSignedIn`. */
function nameOf(status: number): string {
  const words = (problemTitles[status] ?? 'Error').split(' ');
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
