import { readApi } from '../api-client.js';
import type { RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';

/** The records that went to the trash last and that this person may bring back. */
export async function readTrash(call: EntityCall): Promise<readonly RecordValues[]> {
  const { data } = await readApi<{ readonly data: readonly RecordValues[] }>(
    call,
    `/${call.entity.path}/trash`,
    Object.fromEntries(trashFilter(call)),
  );
  return data;
}

/** Of the page's address what says which records of the trash are meant. */
export function trashFilter({ request }: EntityCall): URLSearchParams {
  const isCondition = (name: string): boolean => name.startsWith('filter') || name === 'where';
  return new URLSearchParams([...request.url.searchParams].filter(([name]) => isCondition(name)));
}
