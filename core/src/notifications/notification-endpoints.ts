import { Type, Uuid, ValidationError } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import { momentOf } from '../http/moment-of.js';
import type { Workspace } from '../workspace/workspace.js';
import { channelEndpoints } from './channel-endpoints.js';
import { noteLine, readLine, readInbox, readWhole } from './inbox.js';

/** The inbox of whoever asks, under `/api/v1/notifications`. */
export function notificationEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [
    ...listEndpoints(workspace),
    ...lineEndpoints(workspace),
    ...snoozeEndpoints(workspace),
    ...channelEndpoints(workspace),
  ];
}

const common = { module: 'core', surface: 'api', access: 'signed-in' } as const;
const path = '/api/v1/notifications';

function listEndpoints(workspace: Workspace): readonly Endpoint[] {
  return [
    {
      ...common,
      method: 'GET',
      path,
      input: { query: ListQuery },
      description: describe('listNotifications', 'What I was told, newest first', InboxSchema),
      handle: async (request) => ({
        status: 200,
        body: await readInbox(workspace, request, request.query),
      }),
    },
    {
      ...common,
      method: 'POST',
      path: `${path}/reading`,
      input: { body: { kind: 'json', schema: ReadAllBody } },
      description: describe('readNotifications', 'Mark all as read that came by a moment', ReadSchema),
      async handle(request) {
        const { upTo } = request.body as { readonly upTo?: string };
        const moment = upTo === undefined ? workspace.clock.now() : momentOf(upTo, '/upTo');
        return { status: 200, body: { read: await readWhole(workspace, request, moment) } };
      },
    },
  ];
}

function lineParts(workspace: Workspace) {
  const line = { ...common, input: { params: { id: Uuid } } };
  const note = async (request: EndpointRequest, change: Parameters<typeof noteLine>[3]) => ({
    status: 200,
    body: await noteLine(workspace, request, request.params['id'] ?? '', change),
  });
  return { line, note };
}

function lineEndpoints(workspace: Workspace): readonly Endpoint[] {
  const { line, note } = lineParts(workspace);
  return [
    {
      ...line,
      method: 'GET',
      path: `${path}/:id`,
      description: describe('getNotification', 'One thing I was told', LineSchema),
      handle: async (request) => ({
        status: 200,
        body: await readLine(workspace, request, request.params['id'] ?? ''),
      }),
    },
    {
      ...line,
      method: 'PUT',
      path: `${path}/:id/reading`,
      description: describe('readNotification', 'Mark as read', LineSchema),
      handle: (request) => note(request, { read_at: workspace.clock.now() }),
    },
    {
      ...line,
      method: 'DELETE',
      path: `${path}/:id/reading`,
      description: describe('unreadNotification', 'Mark as unread', LineSchema),
      handle: (request) => note(request, { read_at: null }),
    },
  ];
}

function snoozeEndpoints(workspace: Workspace): readonly Endpoint[] {
  const { line, note } = lineParts(workspace);
  return [
    {
      ...line,
      method: 'PUT',
      path: `${path}/:id/snooze`,
      input: { params: { id: Uuid }, body: { kind: 'json', schema: SnoozeBody } },
      description: describe('snoozeNotification', 'Put off until a moment, when it comes back as new', LineSchema),
      handle: (request) => note(request, { snoozed_until: futureIn(workspace, request), read_at: null }),
    },
    {
      ...line,
      method: 'DELETE',
      path: `${path}/:id/snooze`,
      description: describe('wakeNotification', 'Bring back what was put off', LineSchema),
      handle: (request) => note(request, { snoozed_until: null }),
    },
  ];
}

/** @throws ValidationError `not_in_future` */
function futureIn({ clock }: Workspace, { body }: EndpointRequest): Date {
  const until = new Date((body as { readonly until: string }).until);
  const days = (until.getTime() - clock.now().getTime()) / dayMs;
  if (days > 0 && days <= maxDays) return until;
  const message = 'Choose a moment within the next year';
  throw new ValidationError('not_valid', {}, { errors: [{ pointer: '/until', code: 'not_in_future', message }] });
}

const dayMs = 86_400_000;
const maxDays = 366;

const ListQuery = Type.Object(
  {
    view: Type.Optional(Type.Union([Type.Literal('unread'), Type.Literal('all'), Type.Literal('snoozed')])),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    after: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
const Moment = Type.String({ format: 'date-time' });
const ReadAllBody = Type.Object({ upTo: Type.Optional(Moment) }, { additionalProperties: false });
const SnoozeBody = Type.Object({ until: Moment }, { additionalProperties: false });
const optional = Type.Union([Type.String(), Type.Null()]);
const LineSchema = Type.Object({
  ...{ id: Uuid, kind: Type.String(), icon: Type.String(), text: Type.String() },
  record: Type.Union([Type.Object({ entity: Type.String(), id: Uuid, title: Type.String() }), Type.Null()]),
  ...{ href: optional, count: Type.Integer(), toldAt: Type.String(), readAt: optional, snoozedUntil: optional },
});
const InboxSchema = Type.Object({
  data: Type.Array(LineSchema),
  page: Type.Object({ next: optional, count: Type.Null() }),
  unread: Type.Integer(),
});
const ReadSchema = Type.Object({ read: Type.Integer() });

function describe(operationId: string, summary: string, answer: object) {
  return { operationId, summary, tag: 'notifications', answers: { 200: answer } };
}
