import { readApi, readApiUnread } from '../api-client.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { findField, refsWithin, type RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { listParams, type ListState } from './list-state.js';
import { listFields } from './list-view.js';
import { textsIn } from './record-texts.js';
import { readTitles, type Titles } from './title-texts.js';

/** One page of records that this person may see. */
export interface RecordPage extends PageFacts {
  readonly records: readonly RecordValues[];
}

/** The same with the records unread, and named. */
export interface NamedPage extends PageFacts {
  /** Each record as JSON. */
  readonly texts: readonly string[];
  /** Titles of the records that these refer to. */
  readonly titles: Titles;
}

/** What an answer says besides its records. */
export interface PageFacts {
  /** Cursor of the page after this one; null on the last. */
  readonly next: string | null;
  readonly count: number | null;
  /** There are more than `count`. */
  readonly isCapped: boolean;
}

type Query = Readonly<Record<string, string>>;

/** Reads a list through the entity's own API endpoint, so that page and API share filters, order, cursor and rights. */
export async function readRecordPage(
  call: EntityCall,
  state: Omit<ListState, 'path'>,
  limit = 50,
): Promise<RecordPage> {
  const answer = await readApi<ListAnswer>(call, `/${call.entity.path}`, queryOf(state, limit, {}));
  return { records: answer.data, ...factsOf(answer.page) };
}

/** The same with nothing but what the list shows and the title, and with the titles of what it refers to. */
export async function readNamedPage(call: EntityCall, state: ListState): Promise<NamedPage> {
  const query = queryOf(state, 50, shownIn(call.entity));
  const { texts, page, titles } = textsIn(await readApiUnread(call, `/${call.entity.path}`, query));
  return { texts, titles: readTitles(titles), ...factsOf(JSON.parse(page) as AnsweredFacts) };
}

function queryOf(state: Omit<ListState, 'path'>, limit: number, shown: Query): Query {
  return { ...Object.fromEntries(listParams(state)), limit: String(limit), ...shown };
}

function factsOf({ next, count, countIsCapped }: AnsweredFacts): PageFacts {
  return { next, count, isCapped: countIsCapped };
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
  readonly page: AnsweredFacts;
}

interface AnsweredFacts {
  readonly next: string | null;
  readonly count: number | null;
  readonly countIsCapped: boolean;
}
