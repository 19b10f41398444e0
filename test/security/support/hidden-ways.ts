import type { Actor } from './actors.js';
import type { Sent } from './http.js';

/** The entity and record whose field is reached for. */
export interface Place {
  /** `lab/specimens`; pages at `/…`, the API at `/api/v1/…`. */
  readonly path: string;
  /** A record the actor may read. */
  readonly id: string;
  /** A list whose records refer to this entity, and by which field. */
  readonly via: { readonly path: string; readonly field: string } | null;
}

/** One way to a field: what would be sent to learn something of it. */
export interface Way {
  readonly name: string;
  request(actor: Actor, field: string, value: string): Sent;
}

/** Every way that leads to a field of an entity. */
export function waysTo(place: Place): readonly Way[] {
  return [...apiWays(place), ...relationWays(place), ...writingWays(place), ...pageWays(place)];
}

type Address = (field: string, value: string) => string;

function apiWay(name: string, address: Address): Way {
  return {
    name,
    request: ({ api }, field, value) => ({
      method: 'GET',
      path: address(field, encodeURIComponent(value)),
      headers: api,
    }),
  };
}

function apiWays({ path, id }: Place): readonly Way[] {
  const list = `/api/v1/${path}`;
  const operators = ['eq', 'ne', 'in', 'notIn', 'gt', 'gte', 'lt', 'lte', 'contains', 'notContains', 'startsWith'];
  return [
    apiWay('filter', (field, value) => `${list}?filter[${field}]=${value}`),
    ...operators.map((operator) =>
      apiWay(`filter ${operator}`, (field, value) => `${list}?filter[${field}][${operator}]=${value}`),
    ),
    apiWay('filter empty', (field) => `${list}?filter[${field}][empty]=true`),
    apiWay('filter currency', (field) => `${list}?filter[${field}.currency]=EUR`),
    apiWay('count', (field, value) => `${list}?filter[${field}]=${value}&count=exact&limit=1`),
    apiWay('sort', (field) => `${list}?sort=${field}`),
    apiWay('sort descending', (field) => `${list}?sort=-${field}`),
    apiWay('fields', (field) => `${list}?fields=${field}`),
    apiWay('include', (field) => `${list}?include=${field}`),
    apiWay('titles', (field) => `${list}?titles=${field}`),
    apiWay('include one', (field) => `${list}/${id}?include=${field}`),
    apiWay('where', (field, value) => `${list}?where=${tree(field, value)}`),
    apiWay('where in a group', (field, value) => `${list}?where=${inGroup(tree(field, value))}`),
    apiWay('aggregate where', (field, value) => `${list}/aggregate?where=${tree(field, value)}`),
    apiWay('trash where', (field, value) => `${list}/trash?where=${tree(field, value)}`),
    apiWay('export', (field) => `${list}/export?fields=${field}`),
    apiWay('export filtered by it', (field, value) => `${list}/export?filter[${field}]=${value}`),
    apiWay('export sorted by it', (field) => `${list}/export?sort=${field}`),
    apiWay('aggregate filter', (field, value) => `${list}/aggregate?filter[${field}]=${value}`),
    ...['group', 'sum', 'min', 'max'].map((verb) =>
      apiWay(`aggregate ${verb}`, (field) => `${list}/aggregate?${verb}=${field}`),
    ),
    apiWay('search in list', (_field, value) => `${list}?q=${value}`),
    apiWay('duplicates', (field, value) => `${list}/duplicates?${field}=${value}`),
    apiWay('search everywhere', (_field, value) => `/api/v1/search?q=${value}`),
  ];
}

/** A condition as the tree of `where`; the value is encoded for an address. */
function tree(field: string, value: string): string {
  return encodeURIComponent(JSON.stringify({ field, value: decodeURIComponent(value) }));
}

function inGroup(encoded: string): string {
  return `${encodeURIComponent('{"any":[')}${encoded}${encodeURIComponent(']}')}`;
}

function relationWays({ via }: Place): readonly Way[] {
  if (via === null) return [];
  const list = `/api/v1/${via.path}`;
  return [
    apiWay('filter through a relation', (field, value) => `${list}?filter[${via.field}.${field}]=${value}`),
    apiWay('sort through a relation', (field) => `${list}?sort=${via.field}.${field}`),
    apiWay('fields through a relation', (field) => `${list}?include=${via.field}&fields=${via.field}.${field}`),
    apiWay('include through a relation', (field) => `${list}?include=${via.field}.${field}`),
    apiWay('aggregate through a relation', (field) => `${list}/aggregate?group=${via.field}.${field}`),
  ];
}

function writingWays({ path, id }: Place): readonly Way[] {
  const api = `/api/v1/${path}`;
  const write = (name: string, method: string, address: string, headers: object = {}): Way => ({
    name,
    request: (actor, field, value) => ({
      method,
      path: address,
      headers: { ...actor.api, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ ...(method === 'POST' ? { name: 'x' } : {}), ...nested(field, value) }),
    }),
  });
  const csv = (name: string, query: Address): Way => ({
    name,
    request: ({ api: headers }, field, value) => ({
      method: 'POST',
      path: `${api}/import?dryRun=true&${query(field, value)}`,
      headers: { ...headers, 'Content-Type': 'text/csv' },
      body: `Name,Other\nx,${value}\n`,
    }),
  });
  const bulk = (name: string, body: (field: string, value: string) => object): Way => ({
    name,
    request: ({ api: headers }, field, value) => ({
      method: 'POST',
      path: `${api}/bulk`,
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ action: 'update', ...body(field, value) }),
    }),
  });
  return [
    write('create', 'POST', api),
    write('update', 'PATCH', `${api}/${id}`, { 'If-Match': '*' }),
    bulk('update many', (field, value) => ({ ids: [id], set: nested(field, value) })),
    bulk('update those that match', (field, value) => ({
      matching: { [`filter[${field}]`]: decodeURIComponent(value) },
      set: { name: 'x' },
    })),
    bulk('tag those that match', (field, value) => ({
      action: 'tag',
      matching: { [`filter[${field}]`]: decodeURIComponent(value) },
      tags: ['found'],
    })),
    bulk('restore those that match', (field, value) => ({
      action: 'restore',
      matching: { [`filter[${field}]`]: decodeURIComponent(value) },
    })),
    csv('import into it', (field) => `map=${encodeURIComponent(JSON.stringify({ Name: 'name', Other: field }))}`),
    csv(
      'import by matching it',
      (field) => `map=${encodeURIComponent(JSON.stringify({ Name: 'name', Other: field }))}&match=${field}`,
    ),
  ];
}

function nested(field: string, value: string): object {
  const [plugin = '', name] = field.split('.');
  return name === undefined ? { [field]: value } : { [plugin]: { [name]: value } };
}

function pageWays({ path, id }: Place): readonly Way[] {
  const page = (name: string, address: Address, headers: object = {}): Way => ({
    name: `page ${name}`,
    request: (actor, field, value) => ({
      method: 'GET',
      path: address(field, encodeURIComponent(value)),
      headers: { ...actor.page, ...headers },
    }),
  });
  const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
  return [
    page('filter', (field, value) => `/${path}?filter[${field}]=${value}`),
    page('filter part', (field, value) => `/${path}?filter[${field}]=${value}`, partial),
    page('sort', (field) => `/${path}?sort=${field}`),
    page('search', (_field, value) => `/${path}?q=${value}`),
    page('search everywhere', (_field, value) => `/search?q=${value}`),
    page('palette', (_field, value) => `/search/palette?q=${value}&at=/${path}/${id}`, partial),
    page('options', (_field, value) => `/${path}/options?q=${value}`),
    page('prefill', (field, value) => `/${path}/new?${field}=${value}`),
    page('editor', (field) => `/${path}/${id}/fields/${field}`, partial),
    {
      name: 'page editor save',
      request: (actor, field, value) => ({
        method: 'POST',
        path: `/${path}/${id}/fields/${field}`,
        headers: {
          ...actor.page,
          'Content-Type': 'application/x-www-form-urlencoded',
          'Sec-Fetch-Site': 'same-origin',
        },
        body: new URLSearchParams({ _csrf: actor.csrf, [field]: value }).toString(),
      }),
    },
  ];
}
