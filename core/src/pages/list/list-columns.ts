import type { CompiledEntity } from '../../records/compiled-entity.js';
import { allFields, type EntityField } from '../fields/entity-field.js';
import { completenessFieldOf } from '../fields/completeness-field.js';
import { tagsFieldOf } from '../fields/tags-field.js';
import { listFields } from './list-view.js';
import type { ListState } from './list-state.js';

/** Columns of a list: those asked for, as far as this reader may see them, else those of the declaration. */
export function columnsOf(entity: CompiledEntity, { columns }: Pick<ListState, 'columns'>): readonly EntityField[] {
  if (columns === null) return listFields(entity);
  const choices = new Map(columnChoices(entity).map((field) => [field.path, field]));
  const fields = columns.flatMap((path) => choices.get(path) ?? []);
  return fields.length > 0 ? fields : listFields(entity);
}

/** Fields that a table can show, those of the declaration first. */
export function columnChoices(entity: CompiledEntity): readonly EntityField[] {
  let choices = known.get(entity);
  if (choices === undefined) {
    const declared = listFields(entity);
    const paths = new Set(declared.map(({ path }) => path));
    choices = [
      ...declared,
      ...allFields(entity).filter(({ path, field }) => !paths.has(path) && field.kind !== 'json'),
      ...tagsFieldOf(entity),
      ...completenessFieldOf(entity),
    ];
    known.set(entity, choices);
  }
  return choices;
}

/** Goes with its entity: that of the generation, or of one reader whose rights show him less of it. */
const known = new WeakMap<CompiledEntity, readonly EntityField[]>();
