import { Type, Uuid } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest } from '../http/endpoint.js';
import { momentOf } from '../http/moment-of.js';
import type { Workspace } from '../workspace/workspace.js';
import type { DeliverySearch } from './delivery-log.js';
import { WebhookMessages } from './message-service.js';
import type { DeliveryState } from './webhook.js';
import { webhookRoute } from './webhook-endpoints.js';
import {
  DeliveryDetailSchema,
  DeliverySchema,
  LogQuery,
  presentAttempt,
  presentDelivery,
  ReplaysBody,
} from './webhook-schemas.js';

const path = '/api/v1/webhooks/:id';
const defaultPage = 50;

/** The log of a webhook, sending its messages again, and the test. */
export function messageEndpoints({ container }: Workspace): readonly Endpoint[] {
  const messages = (): WebhookMessages => container.resolve(WebhookMessages);
  return [...logEndpoints(messages), ...replayEndpoints(messages), testEndpoint(messages)];
}

type Service = () => WebhookMessages;

function logEndpoints(messages: Service): readonly Endpoint[] {
  return [
    {
      ...webhookRoute,
      method: 'GET',
      path: `${path}/deliveries`,
      input: { params: { id: Uuid }, query: LogQuery },
      description: describe('listWebhookDeliveries', 'What was sent to a webhook, the newest first', 200, PageSchema),
      async handle(request) {
        const search = searchOf(request);
        const found = await messages().list({ ...search, limit: search.limit + 1 });
        const data = found.slice(0, search.limit);
        const next = found.length > search.limit ? (data.at(-1)?.number ?? null) : null;
        return { status: 200, body: { data: data.map(presentDelivery), page: { next, count: null } } };
      },
    },
    {
      ...webhookRoute,
      method: 'GET',
      path: `${path}/deliveries/:delivery`,
      input: { params: { id: Uuid, delivery: Uuid } },
      description: describe('getWebhookDelivery', 'A message with all its tries', 200, DeliveryDetailSchema),
      async handle({ params: { id = '', delivery: deliveryId = '' } }) {
        const { delivery, attempts } = await messages().get(id, deliveryId);
        const tries = attempts.map(presentAttempt);
        return { status: 200, body: { ...presentDelivery(delivery), body: delivery.body, tries } };
      },
    },
  ];
}

function replayEndpoints(messages: Service): readonly Endpoint[] {
  return [
    {
      ...webhookRoute,
      method: 'POST',
      path: `${path}/deliveries/:delivery/replay`,
      input: { params: { id: Uuid, delivery: Uuid } },
      description: { ...describe('replayWebhookDelivery', 'Send a message again', 202, null), failures: [409] },
      async handle({ params: { id = '', delivery = '' } }) {
        await messages().replay(id, delivery);
        return { status: 202, body: null };
      },
    },
    {
      ...webhookRoute,
      method: 'POST',
      path: `${path}/replays`,
      input: { params: { id: Uuid }, body: { kind: 'json', schema: ReplaysBody } },
      description: {
        ...describe('replayFailedDeliveries', 'Send again all that failed since then', 202, CountSchema),
        failures: [409],
      },
      async handle({ params: { id = '' }, body }) {
        const since = momentOf((body as { readonly since: string }).since, '/since');
        const count = await messages().replayFailed(id, since);
        return { status: 202, body: { count } };
      },
    },
  ];
}

function testEndpoint(messages: Service): Endpoint {
  return {
    ...webhookRoute,
    method: 'POST',
    path: `${path}/test`,
    input: { params: { id: Uuid } },
    description: {
      ...describe('testWebhook', 'Send a test event now', 201, DeliverySchema),
      failures: [409, 429],
    },
    handle: async ({ params: { id = '' } }) => ({
      status: 201,
      body: presentDelivery(await messages().test(id)),
    }),
  };
}

const PageSchema = Type.Object({
  data: Type.Array(DeliverySchema),
  page: Type.Object({ next: Type.Union([Type.String(), Type.Null()]), count: Type.Null() }),
});
const CountSchema = Type.Object({ count: Type.Integer() });

function searchOf({ params: { id = '' }, query }: EndpointRequest): DeliverySearch {
  const {
    state,
    after,
    limit = defaultPage,
  } = query as {
    readonly state?: DeliveryState;
    readonly after?: string;
    readonly limit?: number | string;
  };
  return { webhookId: id, limit: Number(limit), ...(state && { state }), ...(after && { after }) };
}

function describe(operationId: string, summary: string, status: number, schema: object | null) {
  return { operationId, summary, tag: 'webhooks', answers: { [status]: schema } };
}
