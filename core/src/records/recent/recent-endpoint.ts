import { Type } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../../http/endpoint.js';
import type { RecordScope } from '../record-scope.js';
import { readRecentRecords } from './recent-records.js';

const recent = Type.Object(
  {
    entity: Type.String({ description: 'Kind of record, like `core.contact`' }),
    id: Type.String({ format: 'uuid' }),
    title: Type.Union([Type.String(), Type.Null()]),
    visitedAt: Type.String({ format: 'date-time' }),
  },
  { additionalProperties: false },
);

/** `GET /api/v1/me/recent`: records the actor opened last, in any browser, newest first. */
export function recentEndpoint(scopeOf: (request: EndpointRequest) => RecordScope): Endpoint {
  return {
    method: 'GET',
    path: '/api/v1/me/recent',
    module: 'core',
    access: 'signed-in',
    surface: 'api',
    input: {
      query: Type.Object(
        { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 20 })) },
        { additionalProperties: false },
      ),
    },
    description: {
      operationId: 'core.recent',
      summary: 'Records I opened last',
      tag: 'search',
      answers: { 200: Type.Object({ data: Type.Array(recent) }, { additionalProperties: false }) },
    },
    async handle(request) {
      const { limit = 20 } = request.query as { readonly limit?: number };
      return { status: 200, body: { data: await readRecentRecords(scopeOf(request), limit) } };
    },
  };
}
