import type { Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { WebhookSecrets } from './webhook.js';

/** A message in the hands of a sender. */
export interface ClaimedDelivery extends WebhookSecrets {
  readonly id: Id;
  readonly webhookId: Id;
  readonly messageId: string;
  readonly orderKey: string;
  readonly body: string;
  readonly url: string;
  readonly attempts: number;
}

/** What a claim looks for. */
export interface ClaimSearch {
  readonly now: Date;
  readonly limit: number;
  /** Messages that are being sent. */
  readonly running: readonly ClaimedDelivery[];
}

/** Nobody else takes a message for so long; a sender that died leaves it to others after that. */
const leaseMs = 60_000;
/** Messages that one receiver gets at a time; one that fails gets a single one. */
const perWebhook = 4;
const failingFrom = 5;

/** Takes messages that are due, the oldest first, one per record of each webhook at a time. */
export async function claimDue(knex: Knex, { now, limit, running }: ClaimSearch): Promise<readonly ClaimedDelivery[]> {
  const webhooks = running.map(({ webhookId }) => webhookId);
  const until = new Date(now.getTime() + leaseMs);
  const bindings = [now, running.map(keyOf), now, webhooks, limit, until, now];
  const { rows } = await knex.raw<{ rows: ClaimedDelivery[] }>(claimStatement, bindings);
  return rows;
}

/** Takes one message, due or not. */
export async function claimOne(knex: Knex, id: Id, now: Date): Promise<ClaimedDelivery | undefined> {
  const { rows } = await knex.raw<{ rows: ClaimedDelivery[] }>(claimOneStatement, [
    new Date(now.getTime() + leaseMs),
    id,
  ]);
  return rows[0];
}

/** Webhook and record: messages of one go out one after the other. */
export function keyOf({ webhookId, orderKey }: ClaimedDelivery): string {
  return webhookId + orderKey;
}

/** When a message is due next; undefined when none waits that may be sent. */
export async function nextDue(knex: Knex): Promise<Date | undefined> {
  const { rows } = await knex.raw<{ rows: { at: Date | null }[] }>(`
    select min(d.next_at) as at from core.webhook_deliveries d join core.webhooks w on w.id = d.webhook_id
    where d.state = 'waiting' and w.state = 'active' and w.deleted_at is null`);
  return rows[0]?.at ?? undefined;
}

const claimedColumns = `
  d.id, d.webhook_id as "webhookId", d.message_id as "messageId", d.order_key as "orderKey", d.body, d.attempts,
  w.url, w.secret, w.former_secret as "formerSecret", w.former_until as "formerUntil"`;

/**
 * A message waits for the one before it of the same record, but not while that is put off after a failure: order is kept as
 * far as it costs nobody anything, and the version in each message tells.
 */
const claimStatement = `
  with due as (
    select one.id from core.webhooks w
    cross join lateral (
      select d.id, d.position from core.webhook_deliveries d
      where d.webhook_id = w.id and d.state = 'waiting' and d.next_at <= ?::timestamptz
        and (d.webhook_id || d.order_key) <> all(?::text[])
        and not exists (
          select from core.webhook_deliveries e
          where e.webhook_id = d.webhook_id and e.order_key = d.order_key and e.state = 'waiting'
            and e.position < d.position and e.next_at <= ?::timestamptz)
      order by d.position
      limit greatest(0, case when w.failures >= ${failingFrom} then 1 else ${perWebhook} end
        - (select count(*) from unnest(?::uuid[]) busy where busy = w.id))
    ) one
    where w.state = 'active' and w.deleted_at is null
    order by one.position limit ?
  )
  update core.webhook_deliveries d set next_at = ?::timestamptz
  from due, core.webhooks w
  where d.id = due.id and w.id = d.webhook_id and d.state = 'waiting' and d.next_at <= ?::timestamptz
  returning ${claimedColumns}`;

const claimOneStatement = `
  update core.webhook_deliveries d set next_at = ?::timestamptz
  from core.webhooks w
  where d.id = ? and w.id = d.webhook_id
  returning ${claimedColumns}`;
