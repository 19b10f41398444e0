import { ConflictError, ValidationError, type TrellisError } from '@trellis-crm/sdk';
import { classifyDatabaseError } from '../database/database-errors.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { currencyColumn } from './compile-fields.js';
import { pointerOf } from './parse-input.js';
import type { WritePlace } from './writes/write-place.js';

/**
 * Runs the statements of a write. Whatever fails here has half a change behind it, so the unit can only roll back.
 * @throws ConflictError `not_unique`, ValidationError `unknown_reference` for what only the database can see
 */
export async function runWrite<T>(
  place: Pick<WritePlace, 'fail'>,
  entity: CompiledEntity,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const meaning = meaningOf(entity, error) ?? error;
    place.fail(meaning);
    throw meaning;
  }
}

function meaningOf(entity: CompiledEntity, error: unknown): TrellisError | undefined {
  const fault = classifyDatabaseError(error)?.fault;
  if (fault === 'unique') return notUnique(entity, error);
  return fault === 'foreign_key' ? unknownReference(entity, error) : undefined;
}

function notUnique(entity: CompiledEntity, error: unknown): ConflictError {
  const field = fieldNamedIn(entity, detailOf(error));
  const errors = [{ pointer: pointerTo(field), code: 'not_unique', message: 'is taken by another record' }];
  const details = { entity: entity.definition.id, field: field?.path ?? null };
  return new ConflictError('not_unique', details, { errors, cause: error });
}

function unknownReference(entity: CompiledEntity, error: unknown): ValidationError {
  const pointer = pointerTo(fieldNamedIn(entity, detailOf(error)));
  const errors = [{ pointer, code: 'unknown_reference', message: 'refers to no record' }];
  return new ValidationError('invalid_record', {}, { errors, cause: error });
}

function pointerTo(field: CompiledField | undefined): string {
  return field === undefined ? '' : pointerOf(field);
}

/** PostgreSQL says `Key (email)=(…) already exists.`; an index on an expression shows the expression. */
function fieldNamedIn(entity: CompiledEntity, detail: string): CompiledField | undefined {
  const key = /^Key \((.+?)\)=/.exec(detail)?.[1] ?? '';
  const columns = new Set(key.match(/[a-z_][a-z0-9_]*/g) ?? []);
  return [...entity.fields.values()].find(
    ({ column, list }) => list === null && (columns.has(column) || columns.has(currencyColumn(column))),
  );
}

function detailOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('nativeError' in error) return detailOf(error.nativeError);
  return 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
}
