import type { Reach } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { searchStatements } from '../search/search-records.js';
import { parseSearch } from '../search/search-terms.js';
import type { ExplainedStatement } from './explained-statement.js';

const example = 'part of a name';

/** Finding records of this kind, as a page of hits and in groups; nothing of an entity that search does not know. */
export function searchExamples(scope: ReadScope, entity: CompiledEntity, reach: Reach): readonly ExplainedStatement[] {
  const terms = parseSearch(example);
  if (entity.search === null || typeof terms === 'string') return [];
  const named = (perEntity: number | null, kind: string): readonly ExplainedStatement[] =>
    searchStatements(scope, { terms, entities: [entity], limit: 20, perEntity }).map((text, position) => ({
      name: `${reach}: ${position === 0 ? 'parts of words' : 'whole words'}${kind}`,
      text,
    }));
  return [...named(null, ''), ...named(5, ', so many of a kind')];
}
