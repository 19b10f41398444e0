import type { CompiledEntity } from './compiled-entity.js';
import { readableFields } from './field-access.js';
import { QueryReader } from './list-query.js';
import type { FilterScope } from './conditions/compile-tree.js';
import type { QueryScope } from './record-scope.js';
import { reachFor, requireReach, withinReach } from './rights.js';
import { allOf, sql, type Sql } from './sql.js';
import { runRead } from './statements/read-plan.js';
import { trashShape } from './statements/record-statement.js';

/**
 * What went to the trash last and fulfils the filters, as far as the actor may bring it back, as a JSON array; at most 200 records.
 *
 * @throws ForbiddenError, MalformedError `invalid_query`
 */
export async function readTrash(
  scope: QueryScope,
  entity: CompiledEntity,
  parameters: URLSearchParams,
): Promise<string> {
  const condition = matchingTrash(scope, entity, parameters);
  const plan = { entity, fields: readableFields(scope, entity), included: [], condition };
  const [row = []] = await runRead(scope, plan, trashShape);
  return typeof row[0] === 'string' ? row[0] : '[]';
}

/**
 * Condition on the records of the trash that fulfil the filters, as far as the actor may bring them back.
 * @throws ForbiddenError, MalformedError `invalid_query`
 */
export function matchingTrash(
  scope: FilterScope & Pick<QueryScope, 'identity'>,
  entity: CompiledEntity,
  parameters: URLSearchParams,
): Sql {
  requireReach(scope, entity, 'delete');
  const reader = new QueryReader(scope, entity, parameters);
  const filters = reader.filters();
  reader.finish([]);
  return allOf([
    sql('r."deleted_at" is not null'),
    withinReach(scope.identity, entity, reachFor(scope, entity, 'read')),
    withinReach(scope.identity, entity, reachFor(scope, entity, 'delete')),
    ...filters,
  ]);
}
