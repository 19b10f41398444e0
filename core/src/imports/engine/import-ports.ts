import type { Context, Id, Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { ImportableEntity } from '../mapping/entity-fields.js';

/** JSON values of a record by field name; a plugin's fields nest under its id. */
export type RecordJson = Readonly<Record<string, unknown>>;

/** A record as stored. */
export type StoredJson = RecordJson & { readonly id: Id };

/** The record layer as an import uses it: set by set, within one transaction, with the rights of the importing actor. */
export interface ImportRecords {
  /** Checks values as creating or changing would, read-only fields allowed. Pointers are those of the API (`/name`). */
  check(entity: CompiledEntity, values: RecordJson, verb: 'create' | 'update'): readonly Problem[];
  /** Visible records whose field at `path` has one of the values, with that value. */
  findByField(entity: CompiledEntity, path: string, values: readonly unknown[]): Promise<readonly FoundRecord[]>;
  /** Visible records that are not in the trash, by id. */
  load(entity: CompiledEntity, ids: readonly Id[]): Promise<ReadonlyMap<Id, StoredJson>>;
  /** Creates all or none. @returns ids in the order of the input */
  createMany(entity: CompiledEntity, inputs: readonly RecordJson[]): Promise<readonly Id[]>;
  /** Changes all or none. @returns ids of those that differed */
  updateMany(entity: CompiledEntity, changes: readonly RecordChange[]): Promise<ReadonlySet<Id>>;
  /** Whether the actor may change the record, and whether the change would make a difference. */
  preview(entity: CompiledEntity, before: StoredJson, patch: RecordJson): 'forbidden' | 'changed' | 'unchanged';
  /** Asks the guards about records to create, without creating them. @throws what they refuse with */
  askToCreate(entity: CompiledEntity, inputs: readonly RecordJson[]): Promise<void>;
  /** The same about changes. */
  askToUpdate(entity: CompiledEntity, changes: readonly RecordChange[]): Promise<void>;
  /** Whether the actor may create all of these records, whoever shall own them. */
  mayCreate(entity: CompiledEntity, inputs: readonly RecordJson[]): Promise<boolean>;
}

/** A record found by one of its values. */
export interface FoundRecord {
  readonly id: Id;
  readonly value: unknown;
}

/** A change of one record. */
export interface RecordChange {
  readonly id: Id;
  /** Version as loaded, to tell afterwards whether anything differed. */
  readonly version: number;
  readonly patch: RecordJson;
}

/** Keys of other systems: `core.external_ids` of one source. */
export interface ExternalIds {
  find(entity: string, keys: readonly string[]): Promise<ReadonlyMap<string, Id>>;
  /** Remembers keys; one that leads to a record already stays as it is. */
  add(entity: string, keys: ReadonlyMap<string, Id>): Promise<void>;
}

/** What one set of rows is worked on with. */
export interface ChunkPorts {
  readonly records: ImportRecords;
  readonly externalIds: ExternalIds;
  /** Entity of a reference; undefined when its plugin is not active. */
  entity(id: string): CompiledEntity | undefined;
  /** A context for the module whose transformation prepares the rows. */
  contextOf(target: ImportableEntity): Context;
}
