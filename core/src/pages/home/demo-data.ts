import type { PageCall } from '../page-call.js';

/** Whether demo records are there that this person may remove. */
export async function hasDemoData({ workspace, request }: PageCall): Promise<boolean> {
  if (request.identity.reach('core.demo:administer') === null) return false;
  const row: unknown = await workspace.database.knex('core.demo_records').first('record_id');
  return row !== undefined;
}
