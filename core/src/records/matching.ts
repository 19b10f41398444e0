import type { CompiledEntity } from './compiled-entity.js';
import type { FilterScope } from './conditions/compile-tree.js';
import { QueryReader } from './list-query.js';
import type { ReadScope } from './record-scope.js';
import { requireReach, visibleRecords } from './rights.js';
import { isFound } from './search/match-condition.js';
import { allOf, type Sql } from './sql.js';

/** Parameters of a list that say which records are on it: `filter[…]`, `where` and `q`. */
export type MatchParameters = Readonly<Record<string, string>>;

/**
 * Condition on the records that a list with these parameters goes through, within the actor's right to read.
 * @throws ForbiddenError, MalformedError `invalid_query`
 */
export function matchingRecords(
  scope: FilterScope & ReadScope,
  entity: CompiledEntity,
  parameters: MatchParameters,
): Sql {
  requireReach(scope, entity, 'read');
  const reader = new QueryReader(scope, entity, new URLSearchParams(Object.entries(parameters)));
  const conditions = reader.filters();
  const search = reader.search();
  reader.finish(['q']);
  return allOf([visibleRecords(scope, entity), ...conditions, ...(search === null ? [] : [isFound(entity, search)])]);
}
