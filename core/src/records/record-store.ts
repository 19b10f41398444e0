import {
  PluginError,
  type CreateOf,
  type EntityDefinition,
  type PatchOf,
  type QueryOf,
  type RecordOf,
  type Records,
} from '@trellis-crm/sdk';
import type { RecordScope as RecordCall } from '../kernel/context-parts.js';
import type { CompiledEntity } from './compiled-entity.js';
import { createRecords } from './create-records.js';
import { getRecord, getRecords } from './get-records.js';
import type { PresentedRecord } from './present-record.js';
import { createQuery } from './record-query.js';
import { recordScope, type RecordScope, type RecordWorld } from './record-scope.js';
import { restoreRecord } from './restore-records.js';
import { trashRecord } from './trash-records.js';
import { updateRecords } from './update-records.js';

/** The `ctx.records(entity)` of a call. */
export function createRecordStore<E extends EntityDefinition>(
  world: RecordWorld,
  call: RecordCall,
  definition: E,
): Records<E> {
  const entity = compiled(call, definition);
  const scope = (): RecordScope => recordScope(world, call, definition.module);
  return {
    get: async (id, options) => typed<E>(await getRecord(scope(), entity, id, options)),
    getMany: async (ids) => allTyped<E>(await getRecords(scope(), entity, ids)),
    create: async (input) => first<E>(await createRecords(scope(), entity, [withoutExtras(input)])),
    createMany: async (inputs) => allTyped<E>(await createRecords(scope(), entity, inputs.map(withoutExtras))),
    update: async (id, patch, options) =>
      first<E>(await updateRecords(scope(), entity, [{ id, patch: withoutExtras(patch), version: options?.version }])),
    updateMany: async (changes) =>
      allTyped<E>(
        await updateRecords(
          scope(),
          entity,
          changes.map(({ id, patch }) => ({ id, patch: withoutExtras(patch) })),
        ),
      ),
    trash: (id, options) => trashRecord(scope(), entity, id, options?.version),
    restore: async (id) => typed<E>(await restoreRecord(scope(), entity, id)),
  };
}

/** The `ctx.query(entity)` of a call. */
export function createRecordQuery<E extends EntityDefinition>(
  world: RecordWorld,
  call: RecordCall,
  definition: E,
): QueryOf<E> {
  const entity = compiled(call, definition);
  return createQuery<RecordOf<E>>(() => {
    call.assertLive();
    return recordScope(world, call, definition.module);
  }, entity);
}

/** @throws PluginError `entity_absent` when no active module declares the entity */
function compiled({ generation }: RecordCall, { id }: EntityDefinition): CompiledEntity {
  const entity = generation.entities.get(id);
  if (entity === undefined) throw new PluginError('entity_absent', { entity: id });
  return entity;
}

/** In code the values of other plugins' fields stand under `extras`; in JSON side by side with the entity's own. */
function withoutExtras<E>(input: CreateOf<E> | PatchOf<E>): unknown {
  if (typeof input !== 'object' || !('extras' in input)) return input;
  const { extras, ...own } = input as { readonly extras?: object };
  return { ...own, ...extras };
}

/** The record has the shape its declaration says: {@link CompiledEntity.fields} was made from it. */
function typed<E>(record: PresentedRecord): RecordOf<E> {
  return record as unknown as RecordOf<E>;
}

function allTyped<E>(records: readonly PresentedRecord[]): readonly RecordOf<E>[] {
  return records.map(typed<E>);
}

function first<E>(records: readonly PresentedRecord[]): RecordOf<E> {
  const [record] = records;
  if (record === undefined) throw new Error('a write answered without its record');
  return typed<E>(record);
}
