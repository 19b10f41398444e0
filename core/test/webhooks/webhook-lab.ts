import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { Outbound, createOutbound } from '../../dist/outbound/outbound.js';
import type { TestBody } from '@trellis-crm/sdk/testing';

/** A host whose webhooks may reach this machine. */
export async function openWebhookHost(): Promise<CoreTestHost> {
  const host = await createTestHost();
  // What setting the host up emitted is none of theirs.
  await host.settle();
  host.workspace.container.register(Outbound, { useValue: createOutbound({ allow: '127.0.0.1' }) });
  return host;
}

/** A webhook as the API made it. */
export interface MadeWebhook {
  readonly id: string;
  readonly secret: string;
  readonly version: number;
}

/** Makes a webhook through the API. */
export async function buildWebhook(
  host: CoreTestHost,
  url: string,
  topics: readonly string[] = ['core.account.*'],
): Promise<MadeWebhook> {
  const { status, body } = await host.as(host.admin).post('/api/v1/webhooks', { url, topics });
  if (status !== 201) throw new Error(`the webhook was not made: ${status} ${JSON.stringify(body)}`);
  return body as unknown as MadeWebhook;
}

/** Makes an account through the API. */
export async function buildAccount(host: CoreTestHost, name = 'Acme'): Promise<{ id: string; version: number }> {
  const { body } = await host.as(host.admin).post('/api/v1/accounts', { name });
  return body as unknown as { id: string; version: number };
}

/** The log of a webhook, the newest first. */
export async function readLog(host: CoreTestHost, { id }: MadeWebhook): Promise<readonly TestBody[]> {
  const { body } = await host.as(host.admin).get(`/api/v1/webhooks/${id}/deliveries`);
  return body['data'] as unknown as readonly TestBody[];
}
