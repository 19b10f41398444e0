import { readApi } from '../api-client.js';
import type { RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';

/** The records that went to the trash last and that this person may bring back. */
export async function readTrash(call: EntityCall): Promise<readonly RecordValues[]> {
  const { data } = await readApi<{ readonly data: readonly RecordValues[] }>(call, `/${call.entity.path}/trash`);
  return data;
}
