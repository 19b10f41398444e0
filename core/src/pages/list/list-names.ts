import type { RecordValues } from '../fields/entity-field.js';
import { collectRefs, loadNamesOf, namesFrom, type RecordNames } from '../fields/record-names.js';
import type { EntityCall } from '../page-call.js';
import { refsInNodes } from './filter-texts.js';
import { columnsOf } from './list-columns.js';
import type { NamedPage } from './list-reader.js';
import type { ListState } from './list-state.js';

/** Names of refs came with the page; links, and conditions, may speak of other records. */
export async function namesFor(
  call: EntityCall,
  state: ListState,
  { titles, texts }: Pick<NamedPage, 'titles' | 'texts'>,
): Promise<RecordNames> {
  const { entities } = call.request.generation;
  const known = namesFrom(entities, (entity, id) => titles.get(entity)?.get(id));
  const missing = new Map<string, Set<string>>();
  for (const [target, ids] of [...refsInNodes(call, state.nodes), ...linkedIn(call, state, texts)]) {
    const unknown = [...ids].filter((id) => known.of(target, id) === null);
    if (unknown.length > 0) missing.set(target, new Set([...(missing.get(target) ?? []), ...unknown]));
  }
  if (missing.size === 0) return known;
  const others = await loadNamesOf(call, missing);
  return {
    of: (entity, id) => known.of(entity, id) ?? others.of(entity, id),
    titleOf: (entity, id) => known.titleOf(entity, id) ?? others.titleOf(entity, id),
  };
}

/** Ids that columns of links lead to, by entity: their names are no part of the page's answer. */
function linkedIn({ entity }: EntityCall, state: ListState, texts: readonly string[]): Map<string, Set<string>> {
  const links = columnsOf(entity, state).filter(({ field }) => field.kind === 'links');
  if (links.length === 0) return new Map();
  const records = texts.map((text) => JSON.parse(text) as RecordValues);
  return collectRefs(entity, links, records);
}
