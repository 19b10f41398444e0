import { NotFoundError, type Id } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { SealedText } from '../secrets/index.js';
import type { Webhook, WebhookSecrets } from './webhook.js';

/** Those that were not removed, oldest first. */
export async function listWebhooks(knex: Knex): Promise<readonly Webhook[]> {
  return knex<Webhook>('core.webhooks').whereNull('deleted_at').orderBy('created_at').orderBy('id').select(columns);
}

/** How many there are. */
export async function countWebhooks(knex: Knex): Promise<number> {
  const [row] = await knex('core.webhooks').whereNull('deleted_at').count<{ count: string }[]>('* as count');
  return Number(row?.count ?? 0);
}

/** @throws NotFoundError `webhook_not_found` */
export async function getWebhook(knex: Knex, id: Id, options: { readonly lock?: boolean } = {}): Promise<Webhook> {
  const query = knex('core.webhooks').where({ id }).whereNull('deleted_at').first<Webhook | undefined>(columns);
  const webhook = await (options.lock === true ? query.forUpdate() : query);
  if (webhook === undefined) throw new NotFoundError('webhook_not_found', { id });
  return webhook;
}

/** @throws NotFoundError `webhook_not_found` */
export async function getSecrets(knex: Knex, id: Id): Promise<WebhookSecrets> {
  const secrets = await knex('core.webhooks').where({ id }).first<WebhookSecrets | undefined>({
    secret: 'secret',
    formerSecret: 'former_secret',
    formerUntil: 'former_until',
  });
  if (secrets === undefined) throw new NotFoundError('webhook_not_found', { id });
  return secrets;
}

/** A webhook to store. */
export interface NewWebhook extends Pick<Webhook, 'id' | 'url' | 'description' | 'topics'> {
  readonly secret: SealedText;
  readonly by: Id | null;
  readonly at: Date;
}

/** Stores a new one, which is active. */
export async function insertWebhook(trx: Knex.Transaction, { by, at, topics, ...row }: NewWebhook): Promise<Webhook> {
  await trx('core.webhooks').insert({
    ...row,
    topics: [...topics],
    created_by: by,
    created_at: at,
    updated_at: at,
  });
  return getWebhook(trx, row.id);
}

/** Values to put in place, by column. */
export type WebhookColumns = Readonly<{
  url?: string;
  description?: string;
  topics?: readonly string[];
  state?: Webhook['state'];
  state_reason?: Webhook['stateReason'];
  failures?: number;
  failing_since?: Date | null;
  secret?: SealedText;
  former_secret?: SealedText | null;
  former_until?: Date | null;
  deleted_at?: Date | null;
}>;

/** Writes values and counts the version up. */
export async function updateWebhook(trx: Knex.Transaction, id: Id, values: WebhookColumns, at: Date): Promise<void> {
  await trx('core.webhooks')
    .where({ id })
    .update({ ...values, version: trx.raw('version + 1'), updated_at: at });
}

/** Takes back a removal. @returns whether there was one */
export async function restoreWebhook(trx: Knex.Transaction, id: Id, at: Date): Promise<boolean> {
  const restored = await trx('core.webhooks')
    .where({ id })
    .whereNotNull('deleted_at')
    .update({ deleted_at: null, updated_at: at });
  return restored > 0;
}

const columns = {
  id: 'id',
  version: 'version',
  url: 'url',
  description: 'description',
  topics: 'topics',
  state: 'state',
  stateReason: 'state_reason',
  failures: 'failures',
  failingSince: 'failing_since',
  formerUntil: 'former_until',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};
