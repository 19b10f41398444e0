import type { Reach } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../compiled-entity.js';
import type { ReadScope } from '../record-scope.js';
import { reachFor, withinReach } from '../rights.js';
import { sql, type Sql } from '../sql.js';

/** Entities whose records the actor may read at least in part, and that search knows. */
export function searchableEntities(
  scope: Pick<ReadScope, 'generation' | 'identity' | 'elevatedFor'>,
): CompiledEntity[] {
  return [...scope.generation.entities.values()].filter(
    (entity) => entity.search !== null && reachOn(scope, entity) !== null,
  );
}

/** Condition on a search row `sr` of an entity: within the reach of the right to read it. */
export function rightOn(scope: ReadScope, entity: CompiledEntity): Sql {
  return withinReach(scope.identity, entity, reachOn(scope, entity), 's');
}

/** Condition on a search row `sr`: one of the entities, and within the reach of the right to read it. */
export function rightsOn(scope: ReadScope, entities: readonly CompiledEntity[]): Sql {
  const { userId, teamIds, subtreeTeamIds } = scope.identity;
  const within = (...reaches: readonly Reach[]): string[] =>
    entities
      .filter((entity) => reaches.includes(reachOn(scope, entity) ?? 'all'))
      .map(({ definition }) => definition.id);
  return sql(
    `(sr.entity = any(?::text[]) and (sr.entity = any(?::text[])
      or sr.owner_id = ?::uuid or (sr.team_id = any(?::uuid[]) and sr.entity = any(?::text[]))
      or (sr.team_id = any(?::uuid[]) and sr.entity = any(?::text[]))))`,
    [
      entities.map(({ definition }) => definition.id),
      within('all'),
      userId,
      [...teamIds],
      within('team'),
      [...subtreeTeamIds],
      within('subtree'),
    ],
  );
}

/** Records nobody owns are read by those who may read all of them, or by nobody. */
function reachOn(scope: Pick<ReadScope, 'identity' | 'elevatedFor'>, entity: CompiledEntity): Reach | null {
  const reach = reachFor(scope, entity, 'read');
  return reach === 'all' || entity.definition.owned ? reach : null;
}
