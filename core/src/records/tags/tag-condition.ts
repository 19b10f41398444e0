import type { CompiledEntity } from '../compiled-entity.js';
import { recordAlias } from '../compile-fields.js';
import { emptiness } from '../conditions/compare.js';
import { findTarget, type FieldTarget } from '../field-access.js';
import type { Operator } from '../field-kinds.js';
import { compileComparison, operatorsOf } from '../filter.js';
import type { Asker } from '../conditions/read-values.js';
import type { ReadScope } from '../record-scope.js';
import { sql, textLiteral, type Sql } from '../sql.js';
import { hasTags, tagKey, tagsPath } from './tag.js';

/** The tags of a record, as what a condition is about. */
interface TagsTarget {
  /** Entity whose records have them. */
  readonly tagsOf: string;
}

/** What a condition can be about. */
export type ConditionTarget = FieldTarget | TagsTarget;

/** Operators of conditions on tags. */
export const tagOperators: readonly Operator[] = ['eq', 'ne', 'in', 'notIn', 'empty'];

/** Finds what a name in a condition means; undefined when there is no such field or the actor may not see it. */
export function findCondition(
  scope: Pick<ReadScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
  name: string,
): ConditionTarget | undefined {
  return name === tagsPath && hasTags(entity) ? { tagsOf: entity.definition.id } : findTarget(scope, entity, name);
}

/** Operators a condition's subject understands. */
export function conditionOperators(target: ConditionTarget): readonly Operator[] {
  return 'tagsOf' in target ? tagOperators : operatorsOf(target);
}

/** One comparison as SQL; undefined when the value is none of its kind. */
export function compileCondition({ target, operator, value }: ConditionComparison, asker: Asker): Sql | undefined {
  return 'tagsOf' in target
    ? compareTags(target.tagsOf, operator, value)
    : compileComparison({ target, operator, value }, asker);
}

/** One comparison that is asked for. */
interface ConditionComparison {
  readonly target: ConditionTarget;
  readonly operator: Operator;
  readonly value: unknown;
}

/** Some tag has one of the names; for the negative operators none has. A name that no tag has is that of no record. */
function compareTags(entity: string, operator: Operator, value: unknown): Sql | undefined {
  const own = `from core.record_tags g where g.entity = ${textLiteral(entity)}`;
  const ofRecord = `${own} and g.record_id = ${recordAlias}."id"`;
  if (operator === 'empty')
    return emptiness(value, (isEmpty) => sql(`${isEmpty ? 'not ' : ''}exists (select ${ofRecord})`));
  const names = Array.isArray(value) ? value : [value];
  if (!names.every((name) => typeof name === 'string')) return undefined;
  const named = 'g.tag_id in (select t.id from core.tags t where t.name_key = any(?::text[]))';
  // No name has a comma: a text may hold several.
  const keys = [names.flatMap((name) => name.split(',')).map((name) => tagKey(name))];
  // From the tag to its records: few of many have it.
  if (operator === 'eq' || operator === 'in')
    return sql(`${recordAlias}."id" in (select g.record_id ${own} and ${named})`, keys);
  return sql(`not exists (select ${ofRecord} and ${named})`, keys);
}
