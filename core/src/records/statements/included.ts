import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { readableFields, type FieldTarget } from '../field-access.js';
import type { ReadScope } from '../record-scope.js';
import { reachFor, visibleRecords } from '../rights.js';
import type { Sql } from '../sql.js';
import { includedPrefix } from './source.js';

/** A ref whose record is wanted in place of its id. */
export interface Included {
  readonly target: FieldTarget;
  /** What it points at. */
  readonly entity: CompiledEntity;
  /** All that the actor may see of it. */
  readonly fields: readonly CompiledField[];
  /** What the actor may read of the entity and is not in the trash; its aliases have the prefix of included records. */
  readonly condition: Sql;
}

/** Refs that can be replaced at all: those to an entity that is active and of which the actor may read something. */
export function resolveIncludes(scope: ReadScope, targets: readonly FieldTarget[]): readonly Included[] {
  return targets.flatMap((target) => {
    const entity = scope.generation.entities.get((target.item ?? target.field).target ?? '');
    if (entity === undefined || reachFor(scope, entity, 'read') === null) return [];
    const condition = visibleRecords(scope, entity, includedPrefix);
    return [{ target, entity, fields: readableFields(scope, entity), condition }];
  });
}
