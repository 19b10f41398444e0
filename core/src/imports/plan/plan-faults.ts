import { ValidationError, type Problem } from '@trellis-crm/sdk';
import { missingField } from '../mapping/guess-mapping.js';
import type { ImportableEntity } from '../mapping/entity-fields.js';
import { entryPathOf, linkPathOf, type ImportPlan } from './import-plan.js';

/** Why a plan cannot be followed yet. Pages say it in the language of the user, by its code. */
export interface PlanFault {
  readonly code: 'nothing_mapped' | 'field_missing' | 'match_missing' | 'field_twice';
  /** Field it is about, empty when it is about none. */
  readonly field: string;
  /** Column that gives it a second time. */
  readonly column?: string;
}

/** What is wrong with a plan, the first things first. */
export function planFaults(plan: ImportPlan, target: ImportableEntity): readonly PlanFault[] {
  const columns = Object.entries(plan.columns);
  if (columns.length === 0) return [{ code: 'nothing_mapped', field: '' }];
  const missing = missingField(target, plan);
  return [
    ...(missing === null ? [] : [{ code: 'field_missing' as const, field: missing }]),
    ...(isMatchFilled(plan) ? [] : [{ code: 'match_missing' as const, field: plan.match }]),
    ...columns.flatMap(([column, { field }], index) => twice(columns.slice(0, index), { column, field }, target)),
  ];
}

/** @throws ValidationError `invalid_plan` */
export function refusePlanFaults(plan: ImportPlan, target: ImportableEntity): void {
  const faults = planFaults(plan, target);
  if (faults.length === 0) return;
  const errors = faults.map((fault): Problem => ({ pointer: '/plan', code: fault.code, message: messageOf(fault) }));
  throw new ValidationError('invalid_plan', {}, { message: errors.map(({ message }) => message).join(' '), errors });
}

function isMatchFilled({ match, columns, mode }: ImportPlan): boolean {
  if (match.startsWith('externalId:')) return true;
  if (match === 'none' || match === '') return mode === 'create' || mode === 'both';
  const [list = match, item] = match.split('.');
  return Object.values(columns).some(({ field }) => {
    const entry = entryPathOf(field);
    return field === match || field === list || (entry?.list === list && entry.item === item);
  });
}

/** Texts may be made of several columns, lists and links of several entries; another field has one column. */
function twice(
  before: readonly (readonly [string, { readonly field: string }])[],
  { column, field }: { readonly column: string; readonly field: string },
  target: ImportableEntity,
): readonly PlanFault[] {
  const isRepeated = before.some(([, other]) => other.field === field);
  if (linkPathOf(field) !== null) return [];
  return isRepeated && !mayRepeat(field, column, target) ? [{ code: 'field_twice', field, column }] : [];
}

/** A template names its columns in braces. */
function mayRepeat(field: string, column: string, target: ImportableEntity): boolean {
  const kind = target.fields.get(field)?.kind ?? '';
  return ['list', 'text', 'longText'].includes(kind) && !/[{}[\]]/.test(column);
}

function messageOf(fault: PlanFault): string {
  if (fault.code === 'nothing_mapped') return 'No column is mapped to a field.';
  if (fault.code === 'field_missing') return `No column gives the required field "${fault.field}".`;
  if (fault.code === 'match_missing') return `Records cannot be found by "${fault.field}": no column gives it.`;
  return `The column "${fault.column ?? ''}" gives "${fault.field}" a second time.`;
}
