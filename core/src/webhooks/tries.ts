import type { Knex } from 'knex';
import type { ClaimedDelivery } from './delivery-queue.js';
import { failingTooLongMs, retryDelayMs } from './retries.js';
import type { Attempt, Webhook } from './webhook.js';

/** What is known after a try. */
export interface TriedDelivery {
  readonly attempt: Attempt;
  readonly isDelivered: boolean;
  /** Milliseconds the receiver asked to be left alone; 0 when it did not. */
  readonly askedMs: number;
  /** It is given up if this one fails. */
  readonly isLast?: boolean;
}

/**
 * Books a try: the attempt, the message's state and the webhook's health.
 * @returns why the webhook is not active any more, when this try made it so
 */
export async function recordTry(
  knex: Knex,
  delivery: ClaimedDelivery,
  tried: TriedDelivery,
): Promise<'failing' | 'gone' | null> {
  return knex.transaction(async (trx) => {
    await insertAttempt(trx, delivery, tried.attempt);
    if (!tried.isDelivered) return bookFailure(trx, delivery, tried);
    await bookSuccess(trx, delivery, tried.attempt.at);
    return null;
  });
}

async function insertAttempt(trx: Knex.Transaction, delivery: ClaimedDelivery, attempt: Attempt): Promise<void> {
  const { at, status, error, durationMs, answer } = attempt;
  const row = { delivery_id: delivery.id, at, status, error, duration_ms: durationMs, answer };
  await trx('core.webhook_attempts').insert(row);
}

async function bookSuccess(
  trx: Knex.Transaction,
  { id, webhookId, attempts }: ClaimedDelivery,
  at: Date,
): Promise<void> {
  const values = { attempts: attempts + 1, state: 'delivered', changed_at: at };
  await trx('core.webhook_deliveries').where({ id }).update(values);
  const health = { failures: 0, failing_since: null };
  await trx('core.webhooks').where({ id: webhookId }).where('failures', '>', 0).update(health);
}

async function bookFailure(
  trx: Knex.Transaction,
  delivery: ClaimedDelivery,
  tried: TriedDelivery,
): Promise<'failing' | 'gone' | null> {
  const { at, status } = tried.attempt;
  const delay = status === 410 || tried.isLast === true ? null : retryDelayMs(delivery.attempts + 1, tried.askedMs);
  await putOff(trx, delivery, { at, delay });
  const health = await countFailure(trx, delivery.webhookId, at);
  if (status === 410) return disable(trx, delivery.webhookId, at);
  return delay === null && hasFailedLong(health, at) ? pause(trx, delivery.webhookId, at) : null;
}

async function putOff(
  trx: Knex.Transaction,
  { id, attempts }: ClaimedDelivery,
  { at, delay }: { readonly at: Date; readonly delay: number | null },
): Promise<void> {
  const state = delay === null ? 'failed' : 'waiting';
  const nextAt = new Date(at.getTime() + (delay ?? 0));
  const values = { attempts: attempts + 1, state, next_at: nextAt, changed_at: at };
  await trx('core.webhook_deliveries').where({ id }).update(values);
}

function hasFailedLong({ state, since }: Health, at: Date): boolean {
  return state === 'active' && since.getTime() <= at.getTime() - failingTooLongMs;
}

async function pause(trx: Knex.Transaction, id: string, at: Date): Promise<'failing'> {
  const values = { state: 'paused', state_reason: 'failing' };
  await trx('core.webhooks')
    .where({ id })
    .update(changed(trx, values, at));
  return 'failing';
}

interface Health {
  readonly state: Webhook['state'];
  readonly since: Date;
}

async function countFailure(trx: Knex.Transaction, id: string, at: Date): Promise<Health> {
  const [row] = await trx('core.webhooks')
    .where({ id })
    .update({
      failures: trx.raw('failures + 1'),
      failing_since: trx.raw('coalesce(failing_since, ?::timestamptz)', [at]),
    })
    .returning<{ state: Webhook['state']; failing_since: Date }[]>(['state', 'failing_since']);
  return { state: row?.state ?? 'disabled', since: row?.failing_since ?? at };
}

/** Its receiver wants nothing more, so nothing is kept for it either. */
async function disable(trx: Knex.Transaction, id: string, at: Date): Promise<'gone'> {
  await trx('core.webhooks')
    .where({ id })
    .update(changed(trx, { state: 'disabled', state_reason: 'gone' }, at));
  await trx('core.webhook_deliveries')
    .where({ webhook_id: id, state: 'waiting' })
    .update({ state: 'dropped', changed_at: at });
  return 'gone';
}

function changed(trx: Knex.Transaction, values: object, at: Date): object {
  return { ...values, version: trx.raw('version + 1'), updated_at: at };
}
