import type { Endpoint, EndpointInput } from '../../../core/dist/kernel/generation.js';
import type { Id } from '@trellis-crm/sdk';
import type { Actor } from './actors.js';
import type { Sent } from './http.js';
import type { Inputs, Target } from './records.js';
import { specialBodies, specialParams } from './special-requests.js';

/** What a request is made of. */
export interface RequestFacts {
  readonly key: string;
  readonly endpoint: Endpoint;
  readonly actor: Actor;
  readonly target: Target | null;
  /** Entity of the derived route, or null. */
  readonly entity: string | null;
  readonly inputs: Inputs;
}

type Fields = Readonly<Record<string, unknown>>;

/** A request that would succeed if its sender might send it. */
export function requestOf(facts: RequestFacts): Sent {
  const { endpoint, actor } = facts;
  const content = contentOf(facts);
  const headers = { ...(endpoint.surface === 'page' ? actor.page : actor.api), ...customaryHeaders(endpoint) };
  const request = { method: endpoint.method, path: fillPath(facts) };
  if (content === null) return { ...request, headers };
  return { ...request, headers: { ...headers, 'Content-Type': content.type }, body: content.body };
}

/** What a client of the API, a browser and htmx add by themselves. */
function customaryHeaders({ surface, method, path }: Endpoint): Readonly<Record<string, string>> {
  if (surface === 'api') return method === 'PATCH' || method === 'DELETE' ? { 'If-Match': '*' } : {};
  if (method === 'POST') return { 'Sec-Fetch-Site': 'same-origin' };
  return path.endsWith('/fields/:field') ? { 'HX-Request-Type': 'partial' } : {};
}

/** Puts values in place of the parameters of a path. */
export function fillPath({ key, endpoint, target, entity }: Omit<RequestFacts, 'actor' | 'inputs'>): string {
  const values: Readonly<Record<string, string>> = {
    ...generalParams,
    field: titleField(entity),
    // Of nobody: what may be done with an activity, its own routes say.
    activity: '00000000-0000-7000-8000-000000000000',
    ...specialParams[key],
  };
  const filled = endpoint.path.replaceAll(/:([A-Za-z]+)/g, (_whole, name: string) =>
    encodeURIComponent(values[name] ?? idOf(target)),
  );
  return filled + (values['?'] ?? '');
}

const generalParams = { module: 'sales', panel: 'open-deals', tag: 'matrix' };

/** The field that names records of an entity. */
function titleField(entity: string | null): string {
  return entity === 'core.activity' ? 'subject' : 'name';
}

function idOf(target: Target | null): Id {
  return target?.id ?? crypto.randomUUID();
}

interface Content {
  readonly type: string;
  readonly body: string;
}

function contentOf(facts: RequestFacts): Content | null {
  const { endpoint, actor } = facts;
  const declared = endpoint.input?.body;
  if (endpoint.method === 'GET') return null;
  if (declared === undefined) return endpoint.surface === 'page' ? form({ _csrf: actor.csrf }) : null;
  return written(
    declared,
    specialBodies[facts.key] ?? tagBody(endpoint) ?? bulkBody(endpoint) ?? derivedBody(facts),
    actor,
  );
}

function written(declared: NonNullable<EndpointInput['body']>, value: object, actor: Actor): Content {
  switch (declared.kind) {
    case 'json':
      return { type: 'application/json', body: JSON.stringify(value) };
    case 'form':
      return form({ _csrf: actor.csrf, _version: '1', ...value });
    case 'stream':
      return streamed(declared.types[0] ?? 'application/octet-stream', value, actor);
  }
}

function streamed(type: string, value: object, { csrf }: Actor): Content {
  if (type === 'multipart/form-data') return { type: `${type}; boundary=b`, body: multipart(csrf) };
  return { type, body: type === 'text/csv' ? `name\nImported ${crypto.randomUUID()}\n` : JSON.stringify(value) };
}

function multipart(csrf: string): string {
  const part = (name: string, text: string): string =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
  return `${part('_csrf', csrf)}${part('entity', 'core.account')}--b--\r\n`;
}

function form(fields: object): Content {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(texts).toString() };
}

/** A word for one record. */
function tagBody({ path, surface }: Endpoint): Fields | undefined {
  if (!/:id\/tags(\/removal)?$/.test(path)) return undefined;
  return surface === 'page' ? { tag: 'matrix' } : { tags: ['matrix'] };
}

/** One change to many records, of whom one is asked for that nobody knows. */
function bulkBody({ path, surface }: Endpoint): Fields | undefined {
  if (!path.endsWith('/bulk')) return undefined;
  const title = path.endsWith('/activities/bulk') ? 'subject' : 'name';
  if (surface === 'page') return { action: 'update', ids: crypto.randomUUID(), field: title, [title]: 'Many' };
  return { action: 'update', ids: [crypto.randomUUID()], set: { [title]: 'Many' } };
}

/** A change of the name, or the least input of a new record with the owner in question. */
function derivedBody(facts: RequestFacts): Fields {
  const { endpoint, entity, inputs, target } = facts;
  if (entity === null) return {};
  if (endpoint.path.endsWith('/stage')) return { stage: inputs.get('another stage')?.()['stage'] };
  const isCreation = !endpoint.path.includes(':');
  const change = isCreation ? {} : { [titleField(entity)]: `Changed ${crypto.randomUUID()}` };
  // A form carries all of its controls; one that is missing counts as emptied.
  const isWhole = isCreation || endpoint.path.endsWith('/edit');
  if (!isWhole) return change;
  const owner = ownerOf(target);
  return { ...formDefaults(endpoint, entity), ...inputs.get(entity)?.(), ...owner, ...change };
}

function ownerOf(target: Target | null): Fields {
  return target === null || target.owner === null ? {} : { owner: target.owner };
}

function formDefaults({ surface }: Endpoint, entity: string): Fields {
  if (surface === 'api') return {};
  return filledControls[entity] ?? {};
}

/** Controls of a form that a browser would send filled, by entity. */
const filledControls: Readonly<Record<string, Fields>> = {
  'lab.specimen': { state: 'fresh' },
  'sales.stage': { outcome: 'open' },
  'core.activity': { occurredAt: '2027-01-01T10:00', priority: 'normal' },
};
