import type { Knex } from 'knex';

const keepDays = 30;
const dayMs = 86_400_000;
/** Rows of one statement, so that none holds its locks for long. */
const batchSize = 5000;

/** Deletes messages of more than 30 days, what waits for a paused webhook included, and webhooks that were removed so long ago. */
export async function purgeWebhooks(knex: Knex, now: Date): Promise<void> {
  const before = new Date(now.getTime() - keepDays * dayMs);
  for (let deleted = batchSize; deleted === batchSize;) {
    const { rowCount } = await knex.raw<{ rowCount: number }>(deleteMessages, [before]);
    deleted = rowCount;
  }
  await knex('core.webhooks').where('deleted_at', '<', before).delete();
}

const deleteMessages = `
  delete from core.webhook_deliveries where id in (
    select id from core.webhook_deliveries where created_at < ? order by created_at limit ${batchSize})`;
