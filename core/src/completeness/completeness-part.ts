import type { CompiledEntity } from '../records/compiled-entity.js';

/** Name under which answers and columns know how complete a record is. */
export const completenessPath = 'completeness';

/** Whether records of an entity are told with how complete they are: where the declaration says what counts, and no field has the name. */
export function hasCompleteness({ definition, fields }: Pick<CompiledEntity, 'definition' | 'fields'>): boolean {
  return definition.completeness !== undefined && !fields.has(completenessPath);
}
