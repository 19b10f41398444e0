import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import type { ReadScope } from './record-scope.js';
import { mayReadField } from './rights.js';

/** What a name in a query means: a field, an entry's field of a list, or the currency of a money field. */
export interface FieldTarget {
  readonly field: CompiledField;
  /** Field of the list's entries, when the name goes that deep. */
  readonly item: CompiledField | null;
  readonly part: 'value' | 'currency';
}

type AccessScope = Pick<ReadScope, 'identity' | 'elevatedFor'>;

/** Fields the actor may see, in the order of a record: the entity's own list when that is all of them. */
export function readableFields(scope: AccessScope, entity: CompiledEntity): readonly CompiledField[] {
  const all = entity.fieldList;
  return all.every((field) => mayReadField(scope, field, entity))
    ? all
    : all.filter((field) => mayReadField(scope, field, entity));
}

/** Finds what a name means; undefined when there is no such field or the actor may not see it. */
export function findTarget(scope: AccessScope, entity: CompiledEntity, name: string): FieldTarget | undefined {
  const field = entity.fields.get(name);
  if (field !== undefined) return visible(scope, entity, { field, item: null, part: 'value' });
  const [parentName, last] = splitLast(name);
  const parent = entity.fields.get(parentName);
  if (parent === undefined) return undefined;
  if (last === 'currency' && parent.field.kind === 'money')
    return visible(scope, entity, { field: parent, item: null, part: 'currency' });
  const item = parent.list?.items.find((candidate) => candidate.name === last);
  return item === undefined ? undefined : visible(scope, entity, { field: parent, item, part: 'value' });
}

/** Finds the ref that a name means; undefined when it is none, or the record's own id. */
export function findReference(scope: AccessScope, entity: CompiledEntity, name: string): FieldTarget | undefined {
  const target = findTarget(scope, entity, name);
  const reference = target?.item ?? target?.field;
  return reference === undefined || reference.target === null || target?.field.path === 'id' ? undefined : target;
}

function visible(scope: AccessScope, entity: CompiledEntity, target: FieldTarget): FieldTarget | undefined {
  return mayReadField(scope, target.field, entity) ? target : undefined;
}

function splitLast(name: string): [parent: string, last: string] {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? ['', name] : [name.slice(0, dot), name.slice(dot + 1)];
}
