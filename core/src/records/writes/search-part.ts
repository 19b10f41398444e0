import type { RecordChange } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledSearch } from '../compiled-entity.js';
import {
  insertSearch,
  removeSearch,
  saveSearch,
  touchSearch,
  type SearchedEntity,
} from '../search/search-statements.js';
import { searchTexts, type SearchTexts } from '../search/search-texts.js';
import type { SearchEffect } from './write-shape.js';
import type { StoredRecord } from './write-rows.js';

/** What a write does to the search rows of its records; null when search knows none, and for what returns from the trash, whose texts are read for it. */
export function searchEffectOf({ search }: CompiledEntity, { change, records }: SearchedWrite): SearchEffect | null {
  if (search === null || change === 'restored') return null;
  if (change === 'created') return 'added';
  if (change === 'trashed') return 'removed';
  return records.some(({ stored }) => stored !== null && isFoundAnew(search, stored)) ? 'saved' : 'touched';
}

/** What of a write matters to search. */
interface SearchedWrite {
  readonly change: RecordChange;
  readonly records: readonly { readonly stored: StoredRecord | null }[];
}

/** Texts of a record for its search row. What lies in the trash has none. */
export function textsFor(search: CompiledSearch | null, { values }: StoredRecord): Partial<SearchTexts> {
  return search === null || (values.get('deletedAt') ?? null) !== null ? {} : searchTexts(search, values);
}

/** The search rows of what was written, in the same statement. @param created where new records come from, as `n`, and SQL of their team */
export function searchPart(
  definition: SearchedEntity,
  effect: SearchEffect | null,
  created: { readonly from: string; readonly team: string },
): readonly string[] {
  if (effect === null) return [];
  const written = 'given n join written w on w."id" = n."id"';
  const text = {
    added: () => insertSearch(definition, created.from, created.team),
    saved: () => saveSearch(definition, `${written} where n."~text" is not null`),
    touched: () => touchSearch(definition, written),
    removed: () => removeSearch(definition, 'written n'),
  }[effect]();
  return [`searched as (\n  ${text}\n)`];
}

function isFoundAnew(search: CompiledSearch, { changed }: StoredRecord): boolean {
  return [...changed].some((path) => search.paths.has(path));
}
