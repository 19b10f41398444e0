import type { Field } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import { completenessFieldOf } from '../fields/completeness-field.js';
import { allFields, findField, type EntityField } from '../fields/entity-field.js';
import { tagsFieldOf } from '../fields/tags-field.js';
import type { Labels } from '../fields/labels.js';

/** What a condition can be about: a field, or one field of a list's entries. */
export interface FilterField {
  /** `amount`, `sales.territory`, `emails.email` */
  readonly path: string;
  /** The field, or the list whose entries have it. */
  readonly owner: EntityField;
  /** Name inside the entries; null for a field of the record. */
  readonly item: string | null;
  readonly field: Field;
}

/** Everything that conditions can be about. */
export function filterFields(entity: CompiledEntity): readonly FilterField[] {
  return [...allFields(entity), ...besideFields(entity)].flatMap((owner) => [
    ...(owner.field.kind === 'json' ? [] : [{ path: owner.path, owner, item: null, field: owner.field }]),
    ...Object.entries(owner.field.item ?? {}).map(([item, field]) => ({
      path: `${owner.path}.${item}`,
      owner,
      item,
      field,
    })),
  ]);
}

/** Finds what a condition is about; undefined for a field that is not there for this reader. */
export function findFilterField(entity: CompiledEntity, path: string): FilterField | undefined {
  const owner = findOwner(entity, path);
  if (owner !== undefined) return { path, owner, item: null, field: owner.field };
  const dot = path.lastIndexOf('.');
  const list = dot < 0 ? undefined : findField(entity, path.slice(0, dot));
  const item = path.slice(dot + 1);
  const items = list?.field.item ?? {};
  const field = Object.hasOwn(items, item) ? items[item] : undefined;
  return list === undefined || field === undefined ? undefined : { path, owner: list, item, field };
}

function findOwner(entity: CompiledEntity, path: string): EntityField | undefined {
  return findField(entity, path) ?? besideFields(entity).find((beside) => beside.path === path);
}

/** What records can be narrowed by beside their fields: their tags, and how complete they are. */
export function besideFields(entity: CompiledEntity): readonly EntityField[] {
  return [...tagsFieldOf(entity), ...completenessFieldOf(entity)];
}

/** Its name for people: `E-mails: address`. */
export function filterLabel(labels: Labels, entity: CompiledEntity, { owner, item }: FilterField): string {
  const label = labels.field(entity, owner);
  return item === null ? label : `${label}: ${labels.item(entity, owner, item)}`;
}
