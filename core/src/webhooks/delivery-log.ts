import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { Attempt, Delivery, DeliveryState } from './webhook.js';

/** A page of a webhook's log, the newest first. */
export interface DeliverySearch {
  readonly webhookId: Id;
  readonly state?: DeliveryState;
  readonly limit: number;
  /** `number` of the last one of the page before. */
  readonly after?: string;
}

/** Deliveries, each with its last attempt. */
export async function listDeliveries(knex: Knex, search: DeliverySearch): Promise<readonly Delivery[]> {
  const { webhookId, state = null, limit, after = null } = search;
  const { rows } = await knex.raw<{ rows: DeliveryRow[] }>(
    `${selectDelivery}
     where d.webhook_id = ? and (?::text is null or d.state = ?) and (?::bigint is null or d.number < ?::bigint)
     order by d.number desc limit ?`,
    [webhookId, state, state, after, after, limit],
  );
  return rows.map(toDelivery);
}

/** One of a webhook's deliveries. @throws NotFoundError `delivery_not_found` */
export async function getDelivery(knex: Knex, webhookId: Id, id: Id): Promise<Delivery> {
  const { rows } = await knex.raw<{ rows: DeliveryRow[] }>(`${selectDelivery} where d.webhook_id = ? and d.id = ?`, [
    webhookId,
    id,
  ]);
  const [row] = rows;
  if (row === undefined) throw new NotFoundError('delivery_not_found', { id });
  return toDelivery(row);
}

/** The last tries of a delivery, the newest first. */
export async function listAttempts(knex: Knex, deliveryId: Id): Promise<readonly Attempt[]> {
  return knex('core.webhook_attempts')
    .where({ delivery_id: deliveryId })
    .orderBy('number', 'desc')
    .limit(50)
    .select<Attempt[]>({ at: 'at', status: 'status', error: 'error', durationMs: 'duration_ms', answer: 'answer' });
}

/** Messages of a webhook that wait or were given up, counted to a thousand. */
export interface Backlog {
  readonly waiting: number;
  readonly failed: number;
}

/** The backlog of each webhook. */
export async function readBacklogs(knex: Knex): Promise<ReadonlyMap<Id, Backlog>> {
  const { rows } = await knex.raw<{ rows: (Backlog & { readonly id: Id })[] }>(`
    select w.id, ${countOf('waiting')} as waiting, ${countOf('failed')} as failed
    from core.webhooks w where w.deleted_at is null`);
  return new Map(rows.map(({ id, waiting, failed }) => [id, { waiting, failed }]));
}

function countOf(state: DeliveryState): string {
  return `(
    select count(*)::integer from (
      select from core.webhook_deliveries d where d.webhook_id = w.id and d.state = '${state}' limit 1000
    ) capped)`;
}

type DeliveryRow = Omit<Delivery, 'last'> & {
  readonly at: Date | null;
  readonly status: number | null;
  readonly error: string | null;
  readonly durationMs: number | null;
  readonly answer: string | null;
};

function toDelivery({ at, status, error, durationMs, answer, ...delivery }: DeliveryRow): Delivery {
  const last = at === null ? null : { at, status, error, durationMs: durationMs ?? 0, answer: answer ?? '' };
  return { ...delivery, last };
}

const selectDelivery = `
  select d.id, d.number::text, d.webhook_id as "webhookId", d.message_id as "messageId", d.type, d.body, d.state, d.attempts,
    d.next_at as "nextAt", d.created_at as "createdAt", a.at, a.status, a.error, a.duration_ms as "durationMs", a.answer
  from core.webhook_deliveries d
  left join lateral (
    select * from core.webhook_attempts a where a.delivery_id = d.id order by a.number desc limit 1
  ) a on true`;
