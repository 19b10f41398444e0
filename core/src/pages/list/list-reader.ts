import { NotFoundError } from '@trellis-crm/sdk';
import type { RecordValues } from '../fields/entity-field.js';
import type { EntityCall, PageCall } from '../page-call.js';
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
  const { entity } = call;
  const params = [...listParams(state), ['limit', String(limit)]] as [string, string][];
  const { data, page } = (await readApi(call, entity.path, params)) as ListAnswer;
  return { records: data, next: page.next, count: page.count, isCapped: page.countIsCapped ?? false };
}

/** Asks a GET endpoint of the API as the person, without a request of its own. @throws what the endpoint throws */
export async function readApi(
  call: PageCall,
  path: string,
  params: readonly (readonly [string, string])[],
): Promise<unknown> {
  const { request } = call;
  const url = new URL(`/api/v1/${path}`, request.url);
  for (const [name, value] of params) url.searchParams.append(name, value);
  const match = request.generation.match('GET', url.pathname);
  if (match.kind !== 'found') throw new NotFoundError('page_not_found');
  const query = Object.fromEntries(url.searchParams);
  const answer = await match.endpoint.handle({
    ...request,
    url,
    query,
    params: match.params,
    header: (name) => request.header(name),
  });
  return answer.body;
}

interface ListAnswer {
  readonly data: readonly RecordValues[];
  readonly page: { readonly next: string | null; readonly count: number | null; readonly countIsCapped?: boolean };
}
