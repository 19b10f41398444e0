import { MalformedError, Type, type Problem } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { CompiledEntity } from '../compiled-entity.js';
import { searchText } from '../endpoint-descriptions.js';
import type { RecordScope } from '../record-scope.js';
import { searchRecords, type SearchRequest } from './search-records.js';
import { searchableEntities } from './search-rights.js';
import { parseSearch, searchProblems, type SearchTerms } from './search-terms.js';

const hit = Type.Object(
  {
    entity: Type.String({ description: 'Kind of record, like `core.contact`' }),
    id: Type.String({ format: 'uuid' }),
    title: Type.Union([Type.String(), Type.Null()]),
    match: Type.Union([Type.String(), Type.Null()], {
      description: 'Value in which it was found, when that is not the title',
    }),
    updatedAt: Type.String({ format: 'date-time' }),
    isSimilar: Type.Boolean({ description: 'Little was found: it holds what was probably meant, in another spelling' }),
  },
  { additionalProperties: false },
);

const most = 50;
const number = { type: 'integer', minimum: 1, maximum: most } as const;

/** `GET /api/v1/search`: records of all kinds that the actor may read, best first. */
export function searchEndpoint(scopeOf: (request: EndpointRequest) => RecordScope): Endpoint {
  return {
    method: 'GET',
    path: '/api/v1/search',
    module: 'core',
    access: 'signed-in',
    surface: 'api',
    input: { query: 'any' },
    description: {
      operationId: 'core.search',
      summary: 'Search records of every kind',
      tag: 'search',
      query: {
        type: 'object',
        properties: {
          q: searchText,
          entity: {
            type: 'string',
            description: 'Kinds of record, comma-separated; all that may be read when left out',
          },
          limit: { ...number, default: 20 },
          perEntity: { ...number, description: 'Hits of one kind at most, for a list in groups' },
        },
        required: ['q'],
      },
      answers: { 200: Type.Object({ data: Type.Array(hit) }, { additionalProperties: false }) },
    },
    async handle(request) {
      const scope = scopeOf(request);
      return { status: 200, body: { data: await searchRecords(scope, readRequest(scope, request.query)) } };
    },
  };
}

const known = ['q', 'entity', 'limit', 'perEntity'];

/** @throws MalformedError `invalid_query`, with a pointer per parameter */
function readRequest(scope: RecordScope, query: EndpointRequest['query']): SearchRequest {
  const problems = Object.keys(query)
    .filter((name) => !known.includes(name))
    .map((name) => problem(name, 'unknown_parameter', 'is not a parameter'));
  const noted = <T>(value: T | Problem): T | null => {
    if (!isProblem(value)) return value;
    problems.push(value);
    return null;
  };
  const terms = noted(termsOf(query['q']));
  const entities = noted(chosenEntities(scope, query['entity']));
  const limit = noted(countOf('limit', query['limit']));
  const perEntity = noted(countOf('perEntity', query['perEntity']));
  if (problems.length > 0 || terms === null || entities === null)
    throw new MalformedError('invalid_query', {}, { errors: problems });
  return { terms, entities, limit: limit ?? 20, perEntity };
}

function termsOf(value: unknown): SearchTerms | Problem {
  const terms = parseSearch(textOf(value));
  return typeof terms === 'string' ? problem('q', terms, searchProblems[terms]) : terms;
}

/** What is not there and what may not be read look the same. */
function chosenEntities(scope: RecordScope, value: unknown): readonly CompiledEntity[] | Problem {
  const all = searchableEntities(scope);
  if (value === undefined) return all;
  const wanted = new Set(textOf(value).split(','));
  const chosen = all.filter(({ definition }) => wanted.has(definition.id));
  if (chosen.length === wanted.size) return chosen;
  return problem('entity', 'unknown_entity', 'is no kind of record that can be searched');
}

/** Null when it is left out. */
function countOf(name: string, value: unknown): number | null | Problem {
  if (value === undefined) return null;
  const count = /^[0-9]{1,3}$/.test(textOf(value)) ? Number(value) : 0;
  return count >= 1 && count <= most ? count : problem(name, 'out_of_range', `must be between 1 and ${most}`);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function problem(name: string, code: string, message: string): Problem {
  return { pointer: `?${name}`, code, message };
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'pointer' in value;
}
