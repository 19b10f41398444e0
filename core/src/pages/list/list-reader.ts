import { readApi } from '../api-client.js';
import { findField, refsWithin, type EntityField, type RecordValues } from '../fields/entity-field.js';
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
  /** Titles of the records that these refer to, by entity and id, where they were asked for. */
  readonly titles: Titles;
}

type Titles = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Query = Readonly<Record<string, string>>;

/** Reads a list through the entity's own API endpoint, so that page and API share filters, order, cursor and rights. */
export async function readRecordPage(
  call: EntityCall,
  state: Omit<ListState, 'path'>,
  limit = 50,
  shown: Query = {},
): Promise<RecordPage> {
  const query = { ...Object.fromEntries(listParams(state)), limit: String(limit), ...shown };
  const { data, page, titles = {} } = await readApi<ListAnswer>(call, `/${call.entity.path}`, query);
  return { records: data, next: page.next, count: page.count, isCapped: page.countIsCapped, titles };
}

/** The same with nothing but these fields and the title, and with the titles of what they refer to. */
export function readNamedPage(call: EntityCall, state: ListState, fields: readonly EntityField[]): Promise<RecordPage> {
  const { title } = call.entity.definition;
  const named = findField(call.entity, title) === undefined ? [] : [title];
  const refs = fields.flatMap(refsWithin);
  return readRecordPage(call, state, 50, {
    fields: [...named, ...fields.map(({ path }) => path)].join(),
    ...(refs.length > 0 && { titles: refs.join() }),
  });
}

interface ListAnswer {
  readonly data: readonly RecordValues[];
  readonly titles?: Titles;
  readonly page: { readonly next: string | null; readonly count: number | null; readonly countIsCapped: boolean };
}
