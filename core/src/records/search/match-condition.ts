import type { CompiledEntity } from '../compiled-entity.js';
import { withinReach, reachFor } from '../rights.js';
import type { ReadScope } from '../record-scope.js';
import type { KeyValue } from '../sort.js';
import { allOf, anyOf, around, sql, type Sql } from '../sql.js';
import { searchTableOf } from './search-tables.js';
import { likePattern, type SearchTerms } from './search-terms.js';

/** Alias of the search table: that of records with {@link aliasPrefix} in front. */
const aliasPrefix = 's';

/** Condition on a search row `sr`: every part is found in its short texts. Null when all that is looked for is too short for that. */
export function foundInText({ parts, rest }: SearchTerms): Sql | null {
  if (parts.length === 0) return null;
  const found = parts.map((part) => sql('sr."text" like ?::text', [`%${likePattern(part)}%`]));
  return allOf(rest === null ? found : [...found, sql('sr."terms" @@ ?::tsquery', [rest])]);
}

/** Condition on a search row `sr`: all is found as words or beginnings of words, in long texts too; null when that cannot be told. */
function foundInWords({ words }: SearchTerms): Sql | null {
  return words === null ? null : sql('sr."terms" @@ ?::tsquery', [words]);
}

/** Condition on a record: it is found. Rights are those of whoever asks for the record. */
export function isFound({ definition }: CompiledEntity, terms: SearchTerms): Sql {
  const before = `r."id" = any(array(select sr."record_id" from ${searchTableOf(definition.id)} sr where `;
  return around(before, foundAnywhere(terms), '))');
}

/** A page of what is found, newest first: the search table alone tells which records are on it. */
export interface FoundPage {
  readonly terms: SearchTerms;
  readonly limit: number;
  /** Moment and id of the last record of the page before. */
  readonly after: readonly KeyValue[] | null;
}

/** Condition on a record: it is on the page, and one more for whether there is a next page. */
export function isOnFoundPage(scope: ReadScope, entity: CompiledEntity, { terms, limit, after }: FoundPage): Sql {
  const reach = withinReach(scope.identity, entity, reachFor(scope, entity, 'read'), aliasPrefix);
  const beyond = after === null ? [] : [sql('(sr."updated_at", sr."record_id") < (?::timestamptz, ?::uuid)', after)];
  const before = `r."id" = any(array(select sr."record_id" from ${searchTableOf(entity.definition.id)} sr where `;
  const order = ` order by sr."updated_at" desc, sr."record_id" desc limit ${limit + 1}))`;
  return around(before, allOf([foundAnywhere(terms), reach, ...beyond]), order);
}

/** Condition on a search row `sr`: either. */
export function foundAnywhere(terms: SearchTerms): Sql {
  return anyOf([foundInText(terms), foundInWords(terms)].filter((condition) => condition !== null));
}
