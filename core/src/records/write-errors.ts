import { ConflictError, ValidationError, type TrellisError } from '@trellis-crm/sdk';
import { classifyDatabaseError } from '../database/database-errors.js';
import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { currencyColumn } from './compile-fields.js';
import { pointerOf } from './parse-input.js';
import type { WriteScope } from './record-scope.js';

/**
 * Runs the statements of a write. Whatever fails here has half a change behind it, so the unit can only roll back.
 * @throws ConflictError `not_unique`, ValidationError `unknown_reference` for what only the database can see
 */
export async function runWrite<T>(scope: WriteScope, entity: CompiledEntity, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const meaning = meaningOf(entity, error) ?? error;
    scope.unit.fail(meaning);
    throw meaning;
  }
}

function meaningOf(entity: CompiledEntity, error: unknown): TrellisError | undefined {
  const problem = classifyDatabaseError(error);
  if (problem?.fault !== 'unique' && problem?.fault !== 'foreign_key') return undefined;
  const field = fieldNamedIn(entity, detailOf(error));
  const pointer = field === undefined ? '' : pointerOf(field);
  if (problem.fault === 'unique') {
    const errors = [{ pointer, code: 'not_unique', message: 'is taken by another record' }];
    return new ConflictError('not_unique', { entity: entity.definition.id, field: field?.path ?? null }, { errors, cause: error });
  }
  const errors = [{ pointer, code: 'unknown_reference', message: 'refers to no record' }];
  return new ValidationError('invalid_record', {}, { errors, cause: error });
}

/** PostgreSQL says `Key (email)=(…) already exists.`; an index on an expression shows the expression. */
function fieldNamedIn(entity: CompiledEntity, detail: string): CompiledField | undefined {
  const key = /^Key \((.+?)\)=/.exec(detail)?.[1] ?? '';
  const columns = new Set(key.match(/[a-z_][a-z0-9_]*/g) ?? []);
  return [...entity.fields.values()].find(({ column, list }) => list === null && (columns.has(column) || columns.has(currencyColumn(column))));
}

function detailOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('nativeError' in error) return detailOf(error.nativeError);
  return 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
}
