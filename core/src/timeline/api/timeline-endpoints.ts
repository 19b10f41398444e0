import { MalformedError, Type, Uuid, type Problem } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { permissionFor } from '../../records/rights.js';
import type { TimelineQuery } from '../read-timeline.js';
import type { FoundEntry } from '../timeline-entry.js';
import type { Timelines } from '../timelines.js';

const entry = Type.Object(
  {
    key: Type.String({ description: 'Names the entry within its kind' }),
    kind: Type.String({ description: 'Like `call`, `change` or `sales.deal-closed`' }),
    at: Type.String({ format: 'date-time' }),
    data: Type.Object({}, { additionalProperties: true, description: 'An activity is its record' }),
  },
  { additionalProperties: false },
);

const answer = Type.Object(
  {
    data: Type.Array(entry),
    planned: Type.Array(entry, { description: 'To be done, the most urgent first; with the first page' }),
    isMorePlanned: Type.Boolean({ description: 'Whether more is to be done than `planned` shows' }),
    pinned: Type.Array(entry, { description: 'Put on top by people; with the first page' }),
    unavailable: Type.Array(Type.String(), { description: 'Sources that did not answer; what they know is missing' }),
    page: Type.Object({ next: Type.Union([Type.String(), Type.Null()]) }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

const usualEntries = 30;
const mostEntries = 100;
const usualPlanned = 10;

const queryShape = {
  type: 'object',
  properties: {
    kinds: { type: 'string', description: 'Kinds of entries, comma-separated; all when left out' },
    limit: { type: 'integer', minimum: 1, maximum: mostEntries, default: usualEntries },
    after: { type: 'string', description: 'Cursor of the page before' },
    planned: {
      type: 'integer',
      minimum: 1,
      maximum: mostEntries,
      default: usualPlanned,
      description: 'Entries in `planned` at most',
    },
  },
};

/** `/api/v1/<path>/:id/timeline`: what happened with a record, newest first, and what is on top of it. */
export function timelineEndpoints(entity: CompiledEntity, timelines: () => Timelines): readonly Endpoint[] {
  return [showEndpoint(entity, timelines), pinEndpoint(entity, timelines), unpinEndpoint(entity, timelines)];
}

function common({ definition, path }: CompiledEntity, rest: string) {
  return {
    path: `/api/v1/${path}/:id/timeline${rest}`,
    module: definition.module,
    surface: 'api',
  } as const;
}

function showEndpoint(entity: CompiledEntity, timelines: () => Timelines): Endpoint {
  return {
    ...common(entity, ''),
    method: 'GET',
    access: permissionFor(entity, 'read'),
    input: { params: { id: Uuid }, query: 'any' },
    description: {
      operationId: `${entity.definition.id}.timeline`,
      summary: `What happened with one of the ${entity.definition.plural}, newest first`,
      tag: entity.definition.id,
      query: queryShape,
      answers: { 200: answer },
    },
    async handle(request) {
      const query = readQuery(request);
      const id = request.params['id'] ?? '';
      await timelines().assertVisible(entity, request, id);
      const { entries, planned, isMorePlanned, pinned, ...rest } = await timelines().read(entity, request, id, query);
      const { unavailable, next } = rest;
      const body = {
        data: entries.map(present),
        planned: planned.map(present),
        isMorePlanned,
        pinned: pinned.map(present),
        unavailable,
        page: { next },
      };
      return { status: 200, body };
    },
  };
}

function pinEndpoint(entity: CompiledEntity, timelines: () => Timelines): Endpoint {
  return {
    ...pinned(entity, 'Put an activity on top of a timeline, for everybody', 'pin'),
    method: 'PUT',
    async handle(request) {
      await timelines().pin(entity, request, true);
      return { status: 204, body: null };
    },
  };
}

function unpinEndpoint(entity: CompiledEntity, timelines: () => Timelines): Endpoint {
  return {
    ...pinned(entity, 'Take an activity down from the top of a timeline', 'unpin'),
    method: 'DELETE',
    async handle(request) {
      await timelines().pin(entity, request, false);
      return { status: 204, body: null };
    },
  };
}

/** Who sees record and activity, and may change some activities, says what stands on top. */
function pinned(entity: CompiledEntity, summary: string, name: string) {
  return {
    ...common(entity, '/pins/:activity'),
    access: 'core.activity:update',
    input: { params: { id: Uuid, activity: Uuid } },
    description: {
      operationId: `${entity.definition.id}.timeline-${name}`,
      summary,
      tag: entity.definition.id,
      answers: { 204: null },
    },
  } as const;
}

/** @throws MalformedError `invalid_query` */
function readQuery({ query }: EndpointRequest): TimelineQuery {
  const problems: Problem[] = Object.keys(query)
    .filter((name) => !['kinds', 'limit', 'after', 'planned'].includes(name))
    .map((name) => ({ pointer: `?${name}`, code: 'unknown_parameter', message: 'is not a parameter' }));
  const text = (name: string): string | null => {
    const value = query[name];
    if (Array.isArray(value))
      problems.push({ pointer: `?${name}`, code: 'duplicate', message: 'is given more than once' });
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const count = (name: string, usual: number): number => {
    const given = text(name) ?? String(usual);
    const number = /^[0-9]{1,3}$/.test(given) ? Number(given) : 0;
    if (number < 1 || number > mostEntries)
      problems.push({ pointer: `?${name}`, code: 'out_of_range', message: `must be between 1 and ${mostEntries}` });
    return number;
  };
  const [kinds, after] = [text('kinds'), text('after')];
  const [limit, planned] = [count('limit', usualEntries), count('planned', usualPlanned)];
  if (problems.length > 0) throw new MalformedError('invalid_query', {}, { errors: problems });
  return { after, limit, kinds: kinds?.split(',') ?? null, planned };
}

function present({ key, kind, at, data }: FoundEntry): object {
  return { key, kind, at, data };
}
