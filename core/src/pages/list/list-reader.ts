import { readApi } from '../api-client.js';
import type { RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { listParams, type ListState } from './list-state.js';

/** One page of records that this person may see. */
export interface RecordPage {
  readonly records: readonly RecordValues[];
  /** Cursor of the page after this one; null on the last. */
  readonly next: string | null;
  readonly count: number | null;
  /** There are more than `count`. */
  readonly isCapped: boolean;
}

/** Reads a list through the entity's own API endpoint, so that page and API share filters, order, cursor and rights. */
export async function readRecordPage(
  call: EntityCall,
  state: Omit<ListState, 'path'>,
  limit = 50,
): Promise<RecordPage> {
  const query = { ...Object.fromEntries(listParams(state)), limit: String(limit) };
  const { data, page } = await readApi<ListAnswer>(call, `/${call.entity.path}`, query);
  return { records: data, next: page.next, count: page.count, isCapped: page.countIsCapped };
}

interface ListAnswer {
  readonly data: readonly RecordValues[];
  readonly page: { readonly next: string | null; readonly count: number | null; readonly countIsCapped: boolean };
}
