import { readApi, readApiUnread } from '../api-client.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { completenessField } from '../fields/completeness-field.js';
import { tagsField } from '../fields/tags-field.js';
import { refsWithin, type EntityField, type RecordValues } from '../fields/entity-field.js';
import type { EntityCall } from '../page-call.js';
import { columnsOf } from './list-columns.js';
import { listParams, type ListQuery, type ListState } from './list-state.js';
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
export async function readRecordPage(call: EntityCall, state: ListQuery, limit = 50): Promise<RecordPage> {
  const answer = await readApi<ListAnswer>(call, `/${call.entity.path}`, queryOf(state, limit, {}));
  return { records: answer.data, ...factsOf(answer.page) };
}

/** The same with the titles of what the list shows that it refers to. */
export async function readNamedPage(call: EntityCall, state: ListState): Promise<NamedPage> {
  const query = queryOf(state, 50, besideColumns(call.entity, state));
  const { texts, page, titles } = textsIn(await readApiUnread(call, `/${call.entity.path}`, query));
  return { texts, titles: readTitles(titles), ...factsOf(JSON.parse(page) as AnsweredFacts) };
}

function queryOf(state: ListQuery, limit: number, shown: Query): Query {
  return { ...Object.fromEntries(listParams(state)), limit: String(limit), ...shown };
}

function factsOf({ next, count, countIsCapped }: AnsweredFacts): PageFacts {
  return { next, count, isCapped: countIsCapped };
}

/** All fields, not only the columns: the database keeps the whole record as text, and would have to write another. */
function besideColumns(entity: CompiledEntity, state: ListState): Query {
  if (state.columns !== null) return askedBeside(columnsOf(entity, state));
  let asked = declaredQueries.get(entity);
  if (asked === undefined) declaredQueries.set(entity, (asked = askedBeside(columnsOf(entity, state))));
  return asked;
}

function askedBeside(fields: readonly EntityField[]): Query {
  const refs = fields.flatMap(refsWithin);
  const beside = [tagsField, completenessField].filter((field) => fields.includes(field)).map(({ path }) => path);
  return { ...(refs.length > 0 && { titles: refs.join() }), ...(beside.length > 0 && { include: beside.join() }) };
}

/** Goes with its entity; of the columns of the declaration. */
const declaredQueries = new WeakMap<CompiledEntity, Query>();

interface ListAnswer {
  readonly data: readonly RecordValues[];
  readonly page: AnsweredFacts;
}

interface AnsweredFacts {
  readonly next: string | null;
  readonly count: number | null;
  readonly countIsCapped: boolean;
}
