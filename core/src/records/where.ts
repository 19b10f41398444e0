import { MalformedError } from '@trellis-crm/sdk';
import type { CompiledEntity } from './compiled-entity.js';
import { findTarget, type FieldTarget } from './field-access.js';
import { compileComparison, operatorsOf } from './filter.js';
import type { ReadScope } from './record-scope.js';
import { allOf, anyOf, type Sql } from './sql.js';

type AccessScope = Pick<ReadScope, 'identity' | 'elevatedFor'>;

/** Conditions by field name as SQL: all must hold. @throws MalformedError `invalid_query` */
export function compileWhere(scope: AccessScope, entity: CompiledEntity, conditions: object): Sql {
  return allOf(
    Object.entries(conditions)
      .filter(([, value]) => value !== undefined)
      .flatMap(([name, value]: [string, unknown]) => compileField(scope, entity, name, value)),
  );
}

/** Alternatives as SQL: one must hold. */
export function compileAny(scope: AccessScope, entity: CompiledEntity, alternatives: readonly object[]): Sql {
  return anyOf(alternatives.map((conditions) => compileWhere(scope, entity, conditions)));
}

function compileField(scope: AccessScope, entity: CompiledEntity, name: string, value: unknown): Sql[] {
  const target = findTarget(scope, entity, name);
  if (target === undefined) throw refused(name, 'is no field to look for');
  const comparisons = isOperators(value)
    ? Object.entries(value).filter(([, given]) => given !== undefined)
    : [['eq', value] as const];
  return comparisons.flatMap(([operator, given]) => compileOne(target, name, operator, given));
}

function compileOne(target: FieldTarget, name: string, operatorName: string, value: unknown): Sql[] {
  const operator = operatorsOf(target).find((known) => known === operatorName);
  if (operator === undefined) throw refused(name, `knows no operator "${operatorName}"`);
  const { amount, currency } = isMoney(value) ? value : { amount: value, currency: undefined };
  const compiled = compileComparison(target, operator, amount);
  if (compiled === undefined) throw refused(name, 'cannot be compared with this value');
  if (currency === undefined) return [compiled];
  return [compiled, ...compileOne({ ...target, part: 'currency' }, name, 'eq', currency)];
}

function isMoney(value: unknown): value is { readonly amount: unknown; readonly currency: unknown } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

function isOperators(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMoney(value);
}

function refused(name: string, message: string): MalformedError {
  return new MalformedError('invalid_query', { field: name }, { message: `"${name}" ${message}` });
}
