import { Type } from '@trellis-crm/sdk';
import { auditAccess, type AccessChange } from '../auth/access-audit.js';
import { requireSession } from '../auth/own-access.js';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { calendarFeed } from './calendar-feed.js';
import { feedSince, revokeFeed, rotateFeed } from './feed-store.js';

/** `/api/v1/me/calendar-feed`, and the feed itself, for whoever holds its address. */
export function calendarEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [showEndpoint(workspace), rotateEndpoint(workspace), revokeEndpoint(workspace), calendarFeed(workspace)];
}

const common = {
  module: 'core',
  surface: 'api',
  access: 'signed-in',
  path: '/api/v1/me/calendar-feed',
} as const;

function showEndpoint({ database }: Workspace): Endpoint {
  const createdAt = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
  return {
    ...common,
    method: 'GET',
    description: describe('getMyCalendarFeed', 'Since when my calendar has an address; null: it has none', {
      200: Type.Object({ createdAt }, { additionalProperties: false }),
    }),
    handle: async ({ identity: { userId } }) => ({
      status: 200,
      body: { createdAt: userId === null ? null : await feedSince(database.knex, userId) },
    }),
  };
}

function rotateEndpoint(workspace: Workspace): Endpoint {
  const { database, clock } = workspace;
  return {
    ...common,
    method: 'POST',
    description: describe(
      'rotateMyCalendarFeed',
      'Give my calendar a new address, shown this once; the one before ends',
      {
        201: Type.Object({ url: Type.String() }, { additionalProperties: false }),
      },
    ),
    async handle(request) {
      const { userId } = requireSession(request.session);
      const token = await database.tx(async (trx) => {
        await auditAccess(trx, opened(request, 'calendar-opened', clock.now()));
        return rotateFeed(trx, userId, clock.now());
      });
      return { status: 201, body: { url: `${workspace.info().publicUrl}/calendar/${token}.ics` } };
    },
  };
}

function revokeEndpoint({ database, clock }: Workspace): Endpoint {
  return {
    ...common,
    method: 'DELETE',
    description: describe('revokeMyCalendarFeed', 'End the address of my calendar', { 204: null }),
    async handle(request) {
      const { userId } = requireSession(request.session);
      await database.tx(async (trx) => {
        await auditAccess(trx, opened(request, 'calendar-closed', clock.now()));
        await revokeFeed(trx, userId);
      });
      return { status: 204, body: null };
    },
  };
}

function opened({ identity: by }: EndpointRequest, verb: string, at: Date): AccessChange {
  return { entity: 'core.user', recordId: by.userId, verb, changes: {}, by, at };
}

function describe(operationId: string, summary: string, answers: Readonly<Record<number, object | null>>) {
  return { operationId, summary, tag: 'access', answers };
}
