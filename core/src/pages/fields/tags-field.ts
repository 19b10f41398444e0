import { field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { hasTags, tagsPath } from '../../records/tags/tag.js';
import type { EntityField } from './entity-field.js';

/** The tags of a record as pages address them: a column and something to filter by, but no field of forms. Their value is a list of tags. */
export const tagsField: EntityField = {
  path: tagsPath,
  module: 'core',
  name: tagsPath,
  field: field.choices([], { readOnly: true }),
  valueIn: (record) => record[tagsPath] ?? [],
};

/** {@link tagsField} where records of the entity have tags. */
export function tagsFieldOf(entity: CompiledEntity): readonly EntityField[] {
  return hasTags(entity) ? [tagsField] : [];
}
