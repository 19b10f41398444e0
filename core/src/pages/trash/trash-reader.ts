import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { RecordValues } from '../fields/entity-field.js';
import { readApi } from '../list/list-reader.js';
import type { PageCall } from '../page-call.js';

/** The records that went to the trash last and that this person may bring back. */
export async function readTrash(call: PageCall, entity: CompiledEntity): Promise<readonly RecordValues[]> {
  const answer = await readApi(call, entity.path, [
    ['trash', 'only'],
    ['sort', '-deletedAt'],
    ['limit', '100'],
    ['count', 'none'],
  ]);
  return (answer as { readonly data: readonly RecordValues[] }).data;
}
