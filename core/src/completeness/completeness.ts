import type { CompiledEntity, CompiledField } from '../records/compiled-entity.js';
import type { ReadScope } from '../records/record-scope.js';
import { mayReadField } from '../records/rights.js';
import { hasCompleteness } from './completeness-part.js';

/** How much each field counts, by its path; 0 counts nothing. */
export type Weights = Readonly<Record<string, number>>;

/** How complete a record is. */
export interface Completeness {
  /** Whole percent of the weights whose fields are filled; 100 when nothing counts. */
  readonly percent: number;
  /** Paths of the empty fields that count, the weightiest first. */
  readonly missing: readonly string[];
}

/** Works it out from the values of a record as the API answers them. */
export function completenessOf(weights: Weights, record: Readonly<Record<string, unknown>>): Completeness {
  const counted = Object.entries(weights).filter(([, weight]) => weight > 0);
  const missing = counted.filter(([path]) => isEmpty(valueAt(record, path))).toSorted(([, a], [, b]) => b - a);
  const sum = (entries: typeof counted): number => entries.reduce((total, [, weight]) => total + weight, 0);
  const all = sum(counted);
  const percent = all === 0 ? 100 : Math.round(((all - sum(missing)) / all) * 100);
  return { percent, missing: missing.map(([path]) => path) };
}

/** Fields that may count: those people fill in, as far as this actor knows of them. */
export function countableFields(
  scope: Pick<ReadScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
): readonly CompiledField[] {
  return entity.fieldList.filter(
    (field) =>
      !field.isSystem &&
      field.field.readOnly !== true &&
      field.field.kind !== 'boolean' &&
      mayReadField(scope, field, entity),
  );
}

/** What a read that is asked for it works completeness out from; null where it is not asked for. */
export function countedFor(
  scope: Pick<ReadScope, 'identity' | 'elevatedFor'>,
  entity: CompiledEntity,
  isAsked: boolean,
): readonly CompiledField[] | null {
  return isAsked && hasCompleteness(entity) ? countableFields(scope, entity) : null;
}

function valueAt(record: Readonly<Record<string, unknown>>, path: string): unknown {
  const [first = '', second] = path.split('.');
  const value = record[first];
  if (second === undefined) return value;
  return typeof value === 'object' && value !== null ? Reflect.get(value, second) : undefined;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
