import { MalformedError, type FilterGroup, type Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from './compiled-entity.js';
import { compileTree, type FilterScope } from './conditions/compile-tree.js';
import {
  compileCondition,
  conditionOperators,
  findCondition,
  isFieldTarget,
  type ConditionTarget,
} from './conditions/condition-target.js';
import { allOf, anyOf, type Sql } from './sql.js';

/** Conditions by field name as SQL: all must hold. @throws MalformedError `invalid_query` */
export function compileWhere(scope: FilterScope, entity: CompiledEntity, conditions: object): Sql {
  return allOf(
    Object.entries(conditions)
      .filter(([, value]) => value !== undefined)
      .flatMap(([name, value]: [string, unknown]) => compileField(scope, entity, name, value)),
  );
}

/** Alternatives as SQL: one must hold. */
export function compileAny(scope: FilterScope, entity: CompiledEntity, alternatives: readonly object[]): Sql {
  return anyOf(alternatives.map((conditions) => compileWhere(scope, entity, conditions)));
}

/** A filter tree as SQL. @throws MalformedError `invalid_query`, with a pointer to each thing that is wrong */
export function compileMatching(scope: FilterScope, entity: CompiledEntity, tree: FilterGroup): Sql {
  const errors: Problem[] = [];
  const compiled = compileTree(scope, entity, tree, (problem) => errors.push(problem));
  if (compiled === undefined) throw new MalformedError('invalid_query', {}, { errors });
  return compiled;
}

function compileField(scope: FilterScope, entity: CompiledEntity, name: string, value: unknown): Sql[] {
  const target = findCondition(scope, entity, name);
  if (target === undefined) throw refused(name, 'is no field to look for');
  const comparisons = isOperators(value)
    ? Object.entries(value).filter(([, given]) => given !== undefined)
    : [['eq', value] as const];
  return comparisons.flatMap(([operator, given]) => compileOne(scope, { target, name, operator, value: given }));
}

interface NamedComparison {
  readonly target: ConditionTarget;
  readonly name: string;
  readonly operator: string;
  readonly value: unknown;
}

function compileOne(scope: FilterScope, { target, name, operator: operatorName, value }: NamedComparison): Sql[] {
  const operator = conditionOperators(target).find((known) => known === operatorName);
  if (operator === undefined) throw refused(name, `knows no operator "${operatorName}"`);
  const { amount, currency } = isMoney(value) ? value : { amount: value, currency: undefined };
  const compiled = compileCondition({ target, operator, value: amount }, scope);
  if (compiled === undefined) throw refused(name, 'cannot be compared with this value');
  if (currency === undefined || !isFieldTarget(target)) return [compiled];
  const inCurrency = { target: { ...target, part: 'currency' as const }, name, operator: 'eq', value: currency };
  return [compiled, ...compileOne(scope, inCurrency)];
}

function isMoney(value: unknown): value is { readonly amount: unknown; readonly currency: unknown } {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
}

function isOperators(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isMoney(value) && !isLink(value);
}

function isLink(value: object): boolean {
  return 'entity' in value && 'id' in value;
}

function refused(name: string, message: string): MalformedError {
  return new MalformedError('invalid_query', { field: name }, { message: `"${name}" ${message}` });
}
