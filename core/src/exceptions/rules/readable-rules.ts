import { isFilterGroup, type FilterNode } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { ReadScope } from '../../records/record-scope.js';
import { mayReadField } from '../../records/rights.js';
import type { Rule } from './rule.js';

/**
 * Rules that somebody may hear of: which records break one, and since when, says what is in the fields that the rule looks at. What a
 * guideline looks at beside its moment is for its module to answer for.
 */
export function readableRules(scope: ReadScope, rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ entity: id, since, filter }) => {
    const entity = scope.generation.entities.get(id);
    const names = [since, ...(filter === null ? [] : fieldsIn(filter))];
    return entity !== undefined && !names.some((name) => isHidden(scope, entity, name));
  });
}

function fieldsIn(node: FilterNode): readonly string[] {
  if (!isFilterGroup(node)) return [node.field];
  return ('all' in node ? node.all : node.any).flatMap(fieldsIn);
}

/** A field, or the one of which the name is a part. */
function isHidden(scope: ReadScope, entity: CompiledEntity, name: string): boolean {
  const field = entity.fields.get(name) ?? entity.fields.get(name.slice(0, Math.max(0, name.lastIndexOf('.'))));
  return field !== undefined && !mayReadField(scope, field, entity);
}
