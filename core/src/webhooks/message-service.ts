import { ConflictError, RateLimitError, type Clock, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { InjectionToken } from 'tsyringe';
import { uuidV7 } from '../database/uuid-v7.js';
import type { Hold } from '../hold/index.js';
import { getDelivery, listAttempts, listDeliveries, type DeliverySearch } from './delivery-log.js';
import { claimOne } from './delivery-queue.js';
import { sendDelivery, type SendingParts } from './send-delivery.js';
import { recordTry } from './tries.js';
import type { Attempt, Delivery } from './webhook.js';
import { getWebhook } from './webhook-store.js';

/** The messages of webhooks: their log, sending them again, and trying a webhook out. */
export interface WebhookMessages {
  /** @throws NotFoundError `webhook_not_found` */
  list(search: DeliverySearch): Promise<readonly Delivery[]>;
  /** @throws NotFoundError `webhook_not_found`, `delivery_not_found` */
  get(webhookId: Id, id: Id): Promise<{ readonly delivery: Delivery; readonly attempts: readonly Attempt[] }>;
  /** Sends one again, with all its tries; when the webhook is paused, once it is resumed. @throws NotFoundError, ConflictError `webhook_not_active` */
  replay(webhookId: Id, id: Id): Promise<void>;
  /** Sends all again that were given up or dropped since then, as `replay` does. @returns how many. @throws NotFoundError, ConflictError `webhook_not_active` */
  replayFailed(webhookId: Id, since: Date): Promise<number>;
  /**
   * Sends an event that says nothing, at once, whatever the webhook's state.
   * @throws NotFoundError, ConflictError `workspace_held` in a restored copy, RateLimitError `too_many_tests`
   */
  test(webhookId: Id): Promise<Delivery>;
}

/** The messages of the workspace's webhooks. */
export const WebhookMessages: InjectionToken<WebhookMessages> = Symbol('WebhookMessages');

/** Type of the event that tries a webhook out. */
export const testType = 'core.webhook-test';

/** What the service needs. */
export interface MessageParts extends Omit<SendingParts, 'outbound'> {
  readonly knex: Knex;
  readonly clock: Clock;
  hold(): Hold;
  outbound(): SendingParts['outbound'];
  /** Has what waits sent. */
  sendMessages(connection: Knex): Promise<void>;
}

const testsPerMinute = 10;

/** Creates the service. */
export function createWebhookMessages(parts: MessageParts): WebhookMessages {
  const { knex } = parts;
  return {
    async list(search) {
      await getWebhook(knex, search.webhookId);
      return listDeliveries(knex, search);
    },
    async get(webhookId, id) {
      await getWebhook(knex, webhookId);
      const delivery = await getDelivery(knex, webhookId, id);
      return { delivery, attempts: await listAttempts(knex, id) };
    },
    async replay(webhookId, id) {
      await getDelivery(knex, (await getWebhook(knex, webhookId)).id, id);
      await sendAgain(parts, webhookId, (deliveries) => deliveries.where({ id }));
    },
    replayFailed: (webhookId, since) =>
      sendAgain(parts, webhookId, (deliveries) =>
        deliveries.whereIn('state', ['failed', 'dropped']).where('created_at', '>=', since),
      ),
    test: (webhookId) => test(parts, webhookId),
  };
}

function sendAgain(
  { knex, clock, sendMessages }: MessageParts,
  webhookId: Id,
  which: (deliveries: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<number> {
  return knex.transaction(async (trx) => {
    const { state } = await getWebhook(trx, webhookId);
    if (state === 'disabled') throw new ConflictError('webhook_not_active');
    const now = clock.now();
    const values = { state: 'waiting', attempts: 0, next_at: now, changed_at: now };
    const count = await which(trx('core.webhook_deliveries').where({ webhook_id: webhookId })).update(values);
    if (count > 0) await sendMessages(trx);
    return count;
  });
}

async function test(parts: MessageParts, webhookId: Id): Promise<Delivery> {
  const { knex, clock, secrets, outbound } = parts;
  await getWebhook(knex, webhookId);
  if (parts.hold().current() !== null) throw new ConflictError('workspace_held');
  await limitTests(knex, clock.now());
  const id = await insertTest(knex, webhookId, clock.now());
  const claimed = await claimOne(knex, id, clock.now());
  if (claimed !== undefined) {
    const tried = await sendDelivery({ clock, secrets, outbound: outbound() }, claimed);
    await recordTry(knex, claimed, { ...tried, isLast: true });
  }
  return getDelivery(knex, webhookId, id);
}

async function limitTests(knex: Knex, now: Date): Promise<void> {
  const since = new Date(now.getTime() - 60_000);
  const [row] = await knex('core.webhook_deliveries')
    .where({ type: testType })
    .where('created_at', '>', since)
    .count<{ count: string }[]>('* as count');
  if (Number(row?.count ?? 0) >= testsPerMinute) throw new RateLimitError('too_many_tests', { retryAfterSeconds: 60 });
}

/** Nobody else takes it: it is not due before its one try is over. */
async function insertTest(knex: Knex, webhookId: Id, now: Date): Promise<Id> {
  const id = uuidV7();
  await knex('core.webhook_deliveries').insert({
    id,
    webhook_id: webhookId,
    message_id: `msg_${id.replaceAll('-', '')}`,
    type: testType,
    order_key: id,
    position: 0,
    body: JSON.stringify({ type: testType, timestamp: now.toISOString(), data: {} }),
    next_at: new Date(now.getTime() + 60_000),
    created_at: now,
    changed_at: now,
  });
  return id;
}
