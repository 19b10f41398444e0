import { Type, Uuid, type TSchema } from '@trellis-crm/sdk';
import type { Endpoint, EndpointRequest, EndpointResponse } from '../http/endpoint.js';
import type { Workspace } from '../workspace/workspace.js';
import { listTopics } from './topics.js';
import type { Webhook, WebhookDraft, WebhookPatch } from './webhook.js';
import {
  presentWebhook,
  RotationBody,
  SecretSchema,
  TopicSchema,
  WebhookBody,
  WebhookPatchBody,
  WebhookSchema,
} from './webhook-schemas.js';
import { Webhooks, type WebhookChange } from './webhook-service.js';
import { askedVersion } from '../kernel/asked-version.js';

/** Where webhooks live, and what everything about them asks for. */
export const webhookRoute = { module: 'core', surface: 'api', access: 'core.webhook:administer' } as const;

const path = '/api/v1/webhooks';
const params = { id: Uuid };

/** Webhooks, the events they can ask for, and their secrets. */
export function settingEndpoints(workspace: Workspace): readonly Endpoint[] {
  const webhooks = (): Webhooks => workspace.container.resolve(Webhooks);
  const show: Show = async (shown) => {
    const backlogs = await webhooks().backlogs();
    const now = workspace.clock.now();
    return shown.map((webhook) => presentWebhook(webhook, { backlog: backlogs.get(webhook.id), now }));
  };
  return [
    topicsEndpoint(),
    ...readEndpoints(webhooks, show),
    ...writeEndpoints(webhooks, show),
    ...removalEndpoints(webhooks, show),
    rotationEndpoint(webhooks),
  ];
}

type Service = () => Webhooks;
type Show = (webhooks: readonly Webhook[]) => Promise<readonly object[]>;

function topicsEndpoint(): Endpoint {
  return {
    ...webhookRoute,
    method: 'GET',
    path: `${path}/topics`,
    description: describe('listWebhookTopics', 'Events a webhook can ask for', 200, listOf(TopicSchema)),
    handle: async ({ generation }) => ({ status: 200, body: { data: listTopics(generation) } }),
  };
}

function readEndpoints(webhooks: Service, show: Show): readonly Endpoint[] {
  return [
    {
      ...webhookRoute,
      method: 'GET',
      path,
      description: describe('listWebhooks', 'All webhooks', 200, listOf(WebhookSchema)),
      handle: async () => ({ status: 200, body: { data: await show(await webhooks().list()) } }),
    },
    {
      ...webhookRoute,
      method: 'GET',
      path: `${path}/:id`,
      input: { params },
      description: describe('getWebhook', 'A webhook', 200, WebhookSchema),
      handle: async (request) => answer(await webhooks().get(idOf(request)), show),
    },
  ];
}

function writeEndpoints(webhooks: Service, show: Show): readonly Endpoint[] {
  return [
    {
      ...webhookRoute,
      method: 'POST',
      path,
      input: { body: { kind: 'json', schema: WebhookBody } },
      description: describe(
        'createWebhook',
        'Tell an address of events; the secret is shown this once',
        201,
        Type.Composite([WebhookSchema, Type.Object({ secret: Type.String() })]),
      ),
      async handle(request) {
        const draft = { description: '', ...(request.body as Omit<WebhookDraft, 'description'>) };
        const { webhook, secret } = await webhooks().create(draft, changeBy(request));
        const headers = { Location: `${path}/${webhook.id}`, ETag: `"${webhook.version}"` };
        const [shown] = await show([webhook]);
        return { status: 201, headers, body: { ...shown, secret } };
      },
    },
    {
      ...webhookRoute,
      method: 'PATCH',
      path: `${path}/:id`,
      input: { params, body: { kind: 'json', schema: WebhookPatchBody } },
      description: {
        ...describe('updateWebhook', 'Change, pause or resume a webhook', 200, WebhookSchema),
        isVersioned: true,
      },
      async handle(request) {
        const change = { ...changeBy(request), version: askedVersion(request) };
        return answer(await webhooks().update(idOf(request), request.body as WebhookPatch, change), show);
      },
    },
  ];
}

function removalEndpoints(webhooks: Service, show: Show): readonly Endpoint[] {
  return [
    {
      ...webhookRoute,
      method: 'DELETE',
      path: `${path}/:id`,
      input: { params },
      description: describe('removeWebhook', 'Remove a webhook', 204, null),
      async handle(request) {
        await webhooks().remove(idOf(request), request.identity);
        return { status: 204, body: null };
      },
    },
    {
      ...webhookRoute,
      method: 'POST',
      path: `${path}/:id/restoration`,
      input: { params },
      description: describe('restoreWebhook', 'Take back the removal of a webhook', 200, WebhookSchema),
      handle: async (request) => answer(await webhooks().restore(idOf(request), request.identity), show),
    },
  ];
}

function rotationEndpoint(webhooks: Service): Endpoint {
  return {
    ...webhookRoute,
    method: 'POST',
    path: `${path}/:id/secret`,
    input: { params, body: { kind: 'json', schema: RotationBody } },
    description: describe(
      'rotateWebhookSecret',
      'Make a new secret, shown this once; both sign for a while',
      201,
      SecretSchema,
    ),
    async handle(request) {
      const { overlapHours = 24 } = request.body as { readonly overlapHours?: number };
      const { secret, formerUntil } = await webhooks().rotate(idOf(request), overlapHours, request.identity);
      return { status: 201, body: { secret, formerSecretUntil: formerUntil.toISOString() } };
    },
  };
}

function changeBy({ identity, generation }: EndpointRequest): WebhookChange {
  return { by: identity, topics: new Set(listTopics(generation).map(({ topic }) => topic)) };
}

async function answer(webhook: Webhook, show: Show): Promise<EndpointResponse> {
  const [shown = {}] = await show([webhook]);
  return { status: 200, headers: { ETag: `"${webhook.version}"` }, body: shown };
}

function idOf({ params: { id = '' } }: EndpointRequest): string {
  return id;
}

function listOf(schema: TSchema): object {
  return Type.Object({ data: Type.Array(schema) });
}

function describe(operationId: string, summary: string, status: number, schema: object | null) {
  return { operationId, summary, tag: 'webhooks', answers: { [status]: schema } };
}
