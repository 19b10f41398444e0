import type { RecordValues } from '../fields/entity-field.js';
import { readApi } from '../list/list-reader.js';
import type { EntityCall } from '../page-call.js';

/** The records that went to the trash last and that this person may bring back. */
export async function readTrash(call: EntityCall): Promise<readonly RecordValues[]> {
  const { entity } = call;
  const answer = await readApi(call, entity.path, [
    ['trash', 'only'],
    ['sort', '-deletedAt'],
    ['limit', '100'],
    ['count', 'none'],
  ]);
  return (answer as { readonly data: readonly RecordValues[] }).data;
}
