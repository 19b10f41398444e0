import { readApi } from '../api-client.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { findField, refsWithin, type RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { listParams, type ListState } from './list-state.js';
import { listFields } from './list-view.js';

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

/** The same with nothing but what the list shows and the title, and with the titles of what it refers to. */
export function readNamedPage(call: EntityCall, state: ListState): Promise<RecordPage> {
  return readRecordPage(call, state, 50, shownIn(call.entity));
}

function shownIn(entity: CompiledEntity): Query {
  let shown = shownFields.get(entity);
  if (shown === undefined) {
    const fields = listFields(entity);
    const { title } = entity.definition;
    const named = findField(entity, title) === undefined ? [] : [title];
    const refs = fields.flatMap(refsWithin);
    shown = {
      fields: [...named, ...fields.map(({ path }) => path)].join(),
      ...(refs.length > 0 && { titles: refs.join() }),
    };
    shownFields.set(entity, shown);
  }
  return shown;
}

/** Goes with its entity. */
const shownFields = new WeakMap<CompiledEntity, Query>();

interface ListAnswer {
  readonly data: readonly RecordValues[];
  readonly titles?: Titles;
  readonly page: { readonly next: string | null; readonly count: number | null; readonly countIsCapped: boolean };
}
