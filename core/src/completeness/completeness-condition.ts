import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import { compare } from '../records/conditions/compare.js';
import type { ValueReader } from '../records/conditions/read-values.js';
import type { Operator } from '../records/field-kinds.js';
import { sidesOf } from '../records/statements/source.js';
import type { Sql } from '../records/sql.js';
import { percentSql } from './percent.js';

/** Operators of conditions on how complete a record is; it always is something. */
export const completenessOperators: readonly Operator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'between'];

/**
 * How complete records are compared with whole percents; undefined when the value is none.
 * @param counted fields that may count for this reader
 */
export function compareCompleteness(
  entity: CompiledEntity,
  counted: readonly CompiledField[],
  { operator, value }: { readonly operator: Operator; readonly value: unknown },
): Sql | undefined {
  const compared = value === null ? undefined : compare(percentSql(entity, counted), operator, value, percents);
  return compared && { ...compared, plugins: sidesOf(counted) };
}

const percents: ValueReader = {
  one(value) {
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && /^[0-9]{1,3}$/.test(text) ? { value: Number(text), type: 'int' } : undefined;
  },
  days: () => undefined,
  members: () => undefined,
};
