import { completenessPath, hasCompleteness } from '../../completeness/completeness-part.js';
import { compareCompleteness, completenessOperators } from '../../completeness/completeness-condition.js';
import { countableFields } from '../../completeness/completeness.js';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { findTarget, type FieldTarget } from '../field-access.js';
import type { Operator } from '../field-kinds.js';
import { compileComparison, operatorsOf } from '../filter.js';
import type { ReadScope } from '../record-scope.js';
import type { Sql } from '../sql.js';
import { hasTags, tagsPath } from '../tags/tag.js';
import { compareTags, tagOperators } from '../tags/tag-condition.js';
import type { Asker } from './read-values.js';

/** The tags of a record, as what a condition is about. */
interface TagsTarget {
  /** Entity whose records have them. */
  readonly tagsOf: string;
}

/** How complete a record is, as what a condition is about. */
interface CompletenessTarget {
  readonly completenessOf: CompiledEntity;
  /** Fields that may count for who asks. */
  readonly counted: readonly CompiledField[];
}

/** What a condition can be about. */
export type ConditionTarget = FieldTarget | TagsTarget | CompletenessTarget;

/** Finds what a name in a condition means; undefined when there is no such field or the actor may not see it. */
export function findCondition(
  scope: Pick<ReadScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
  name: string,
): ConditionTarget | undefined {
  if (name === tagsPath && hasTags(entity)) return { tagsOf: entity.definition.id };
  if (name === completenessPath && hasCompleteness(entity))
    return { completenessOf: entity, counted: countableFields(scope, entity) };
  return findTarget(scope, entity, name);
}

/** Whether a condition is about a field, and not about what is beside the record. */
export function isFieldTarget(target: ConditionTarget): target is FieldTarget {
  return 'field' in target;
}

/** Operators a condition's subject understands. */
export function conditionOperators(target: ConditionTarget): readonly Operator[] {
  if ('tagsOf' in target) return tagOperators;
  return 'completenessOf' in target ? completenessOperators : operatorsOf(target);
}

/** One comparison as SQL; undefined when the value is none of its kind. */
export function compileCondition({ target, operator, value }: ConditionComparison, asker: Asker): Sql | undefined {
  if ('tagsOf' in target) return compareTags(target.tagsOf, operator, value);
  if ('completenessOf' in target)
    return compareCompleteness(target.completenessOf, target.counted, { operator, value });
  return compileComparison({ target, operator, value }, asker);
}

/** One comparison that is asked for. */
interface ConditionComparison {
  readonly target: ConditionTarget;
  readonly operator: Operator;
  readonly value: unknown;
}
