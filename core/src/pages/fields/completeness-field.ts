import { field } from '@trellis-crm/sdk';
import { completenessPath, hasCompleteness } from '../../completeness/index.js';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { EntityField } from './entity-field.js';

/** How complete a record is, as a column and something to filter by: worked out when it is read, so nothing to write or sort by. */
export const completenessField: EntityField = {
  path: completenessPath,
  module: 'core',
  name: completenessPath,
  field: field.percent({ readOnly: true }),
  valueIn: (record) => record[completenessPath] ?? null,
};

/** {@link completenessField} where the entity says what counts. */
export function completenessFieldOf(entity: CompiledEntity): readonly EntityField[] {
  return hasCompleteness(entity) ? [completenessField] : [];
}
