import { Type, Uuid, type Clock } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import {
  dropDeadLetter,
  listDeadLetters,
  replayDeadLetter,
  restoreDeadLetter,
  type DeadLetter,
} from './dead-letters.js';

/** What these endpoints need. */
export interface DeadLetterParts {
  readonly knex: Knex;
  readonly clock: Clock;
  /** Has the relay look for what was replayed. */
  wakeRelay(): void;
}

/** List, replay, drop and take back deliveries that failed for good; for administrators of events. */
export function deadLetterEndpoints(parts: DeadLetterParts): readonly Endpoint[] {
  return [listEndpoint(parts), replayEndpoint(parts), dropEndpoint(parts), restorationEndpoint(parts)];
}

const path = '/api/v1/dead-letters';
const shared = { module: 'core', access: 'core.event:administer', surface: 'api' } as const;
const defaultPage = 50;
const maxPage = 200;

function listEndpoint({ knex }: DeadLetterParts): Endpoint {
  return {
    ...shared,
    method: 'GET',
    path,
    input: {
      query: Type.Object(
        {
          subscription: Type.Optional(Type.String({ maxLength: 100 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPage })),
          after: Type.Optional(Uuid),
        },
        { additionalProperties: false },
      ),
    },
    description: {
      operationId: 'listDeadLetters',
      summary: 'Event deliveries that failed for good',
      tag: 'events',
      answers: { 200: ListAnswer },
    },
    handle: async (request) => {
      const limit = Number(request.query['limit'] ?? defaultPage);
      const subscription = textIn(request, 'subscription');
      const after = textIn(request, 'after');
      const letters = await listDeadLetters(knex, {
        limit: limit + 1,
        ...(subscription === undefined ? {} : { subscription }),
        ...(after === undefined ? {} : { after }),
      });
      const data = letters.slice(0, limit);
      const next = letters.length > limit ? (data.at(-1)?.id ?? null) : null;
      return { status: 200, body: { data: data.map(present), page: { next, count: null } } };
    },
  };
}

function replayEndpoint(parts: DeadLetterParts): Endpoint {
  return {
    ...shared,
    method: 'POST',
    path: `${path}/:id/replay`,
    input: { params: { id: Uuid } },
    description: {
      operationId: 'replayDeadLetter',
      summary: 'Deliver once more',
      tag: 'events',
      answers: { 202: null },
    },
    handle: async ({ params }) => {
      await replayDeadLetter(parts.knex, params['id'] ?? '', parts.clock.now());
      parts.wakeRelay();
      return { status: 202, body: null };
    },
  };
}

function dropEndpoint({ knex, clock }: DeadLetterParts): Endpoint {
  return {
    ...shared,
    method: 'DELETE',
    path: `${path}/:id`,
    input: { params: { id: Uuid } },
    description: { operationId: 'dropDeadLetter', summary: 'Give up', tag: 'events', answers: { 204: null } },
    handle: async ({ params }) => {
      await dropDeadLetter(knex, params['id'] ?? '', clock.now());
      return { status: 204, body: null };
    },
  };
}

function restorationEndpoint({ knex }: DeadLetterParts): Endpoint {
  return {
    ...shared,
    method: 'POST',
    path: `${path}/:id/restoration`,
    input: { params: { id: Uuid } },
    description: {
      operationId: 'restoreDeadLetter',
      summary: 'Take back what was dropped in the last seven days',
      tag: 'events',
      answers: { 204: null },
    },
    handle: async ({ params }) => {
      await restoreDeadLetter(knex, params['id'] ?? '');
      return { status: 204, body: null };
    },
  };
}

const ListAnswer = Type.Object({
  data: Type.Array(
    Type.Object({
      id: Uuid,
      subscription: Type.String(),
      event: Type.String(),
      eventId: Uuid,
      payload: Type.Unknown(),
      attempts: Type.Integer(),
      lastError: Type.Union([Type.String(), Type.Null()]),
      occurredAt: Type.String({ format: 'date-time' }),
      failedAt: Type.String({ format: 'date-time' }),
    }),
  ),
  page: Type.Object({ next: Type.Union([Uuid, Type.Null()]), count: Type.Null() }),
});

function present(letter: DeadLetter): object {
  return { ...letter, occurredAt: letter.occurredAt.toISOString(), failedAt: letter.failedAt.toISOString() };
}

function textIn({ query }: EndpointRequest, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' ? value : undefined;
}
