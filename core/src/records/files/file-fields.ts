import type { Field, StoredFile } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField, CompiledList } from '../compiled-entity.js';

/** Column of an entry of files that holds the id of the file. The clean-up knows by its name where files are in use. */
export const fileIdColumn = 'file_id';

/** Whether a field holds files. */
export function isFiles({ kind }: Pick<Field, 'kind'>): boolean {
  return kind === 'files';
}

/** A field of files with its entity and the table of its entries. */
export interface FileField {
  readonly entity: CompiledEntity;
  readonly field: CompiledField;
  readonly list: CompiledList;
}

/** All fields of a generation that hold files. */
export function fileFields(entities: Iterable<CompiledEntity>): readonly FileField[] {
  return [...entities].flatMap((entity) =>
    entity.files.flatMap((field) => (field.list === null ? [] : [{ entity, field, list: field.list }])),
  );
}

/** The entries of a value of files. */
export function filesIn(value: unknown): readonly StoredFile[] {
  return Array.isArray(value) ? (value as readonly StoredFile[]) : [];
}
