import { ConflictError, UnavailableError, ValidationError, type TrellisError } from '@trellis-crm/sdk';
import { classifyDatabaseError, type DatabaseFault, type DatabaseProblem } from '../database/database-errors.js';

/** What a fault of the database means to the caller; undefined when the error is none. */
export function translateDatabaseError(error: unknown): TrellisError | undefined {
  const problem = classifyDatabaseError(error);
  if (problem === undefined) return undefined;
  return conflictOf(problem, error) ?? translators[problem.fault](error);
}

/** Constraints whose violation has a meaning of its own, by name; the code is what clients see. */
const constraints: Readonly<Record<string, { readonly code: string; readonly message: string }>> = {
  users_last_admin: { code: 'last_admin', message: 'The last active admin has to stay.' },
};

function conflictOf(problem: DatabaseProblem, cause: unknown): TrellisError | undefined {
  const meaning = constraints[problem.constraint ?? ''];
  return meaning === undefined ? undefined : new ConflictError(meaning.code, {}, { message: meaning.message, cause });
}

type Translate = (cause: unknown) => TrellisError;

const unavailable =
  (code: string): Translate =>
  (cause) =>
    new UnavailableError(code, { retryAfterSeconds: 2 }, { cause });
const conflict =
  (code: string): Translate =>
  (cause) =>
    new ConflictError(code, {}, { cause });
const invalid =
  (code: string): Translate =>
  (cause) =>
    new ValidationError(code, {}, { cause });

const translators: Readonly<Record<DatabaseFault, Translate>> = {
  connection_lost: unavailable('database_unavailable'),
  pool_timeout: unavailable('overloaded'),
  out_of_space: unavailable('database_full'),
  statement_timeout: unavailable('statement_timeout'),
  lock_timeout: conflict('record_locked'),
  retryable: conflict('concurrent_change'),
  unique: conflict('not_unique'),
  foreign_key: conflict('reference_broken'),
  exclusion: conflict('overlaps'),
  not_null: invalid('value_missing'),
  check: invalid('value_refused'),
  out_of_range: invalid('value_out_of_range'),
  bad_text: invalid('value_not_storable'),
};
