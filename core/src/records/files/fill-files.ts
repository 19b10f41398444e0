import { ValidationError, type Field, type Id, type Problem, type StoredFile } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { pointerOf, type RecordValues } from '../parse-input.js';
import type { RecordScope } from '../record-scope.js';
import { readableFiles, type ReadableFile } from './readable-files.js';

/** Values that somebody gave, and what stands in front of the pointers of their problems. */
export interface GivenValues {
  readonly values: RecordValues;
  readonly prefix: string;
}

/**
 * Puts beside the ids of files what the store knows of them. Who may attach a file is who may read it; what is absent and what may not
 * be read get the same words.
 * @throws ValidationError with a pointer to each file that there is not, or that the field does not take
 */
export async function fillFiles<T extends GivenValues>(
  scope: RecordScope,
  entity: CompiledEntity,
  given: readonly T[],
): Promise<readonly T[]> {
  const ids = given.flatMap(({ values }) => entity.files.flatMap((field) => idsIn(values.get(field.path))));
  if (ids.length === 0) return given;
  const found = await readableFiles(scope, [...new Set(ids)]);
  const errors: Problem[] = [];
  const filled = given.map((one) => ({ ...one, values: filledValues(entity, one, found, errors) }));
  if (errors.length > 0) throw new ValidationError('invalid_record', {}, { errors });
  await markUsed(
    scope,
    [...found.values()].filter(({ isNew }) => isNew).map(({ id }) => id),
  );
  return filled;
}

/** From now on it stays for 30 days after no record holds it any more. Whoever else marks one does it as well. */
async function markUsed({ db, clock }: RecordScope, ids: readonly Id[]): Promise<void> {
  if (ids.length === 0) return;
  await db.raw(
    `update core.files set used_at = ? where id in
     (select id from core.files where id = any(?::uuid[]) and used_at is null for no key update skip locked)`,
    [clock.now(), [...ids]],
  );
}

function idsIn(value: unknown): readonly Id[] {
  return Array.isArray(value) ? (value as readonly Pick<StoredFile, 'id'>[]).map(({ id }) => id) : [];
}

function filledValues(
  entity: CompiledEntity,
  { values, prefix }: GivenValues,
  found: ReadonlyMap<Id, ReadableFile>,
  errors: Problem[],
): Map<string, unknown> {
  const filled = new Map(values);
  for (const field of entity.files.filter(({ path }) => values.has(path))) {
    const entries = idsIn(values.get(field.path)).flatMap((id, position) => {
      const file = found.get(id);
      const problem = problemWith(field, file, `${prefix}${pointerOf(field)}/${position}`);
      if (problem !== null) errors.push(problem);
      return file === undefined ? [] : [entryOf(file)];
    });
    filled.set(field.path, entries);
  }
  return filled;
}

function entryOf({ id, name, type, size }: ReadableFile): StoredFile {
  return { id, name, type, size };
}

function problemWith({ field }: CompiledField, file: ReadableFile | undefined, pointer: string): Problem | null {
  if (file === undefined) return { pointer, code: 'unknown_file', message: 'refers to no file' };
  if (!isAccepted(field, file.type))
    return { pointer, code: 'file_type_refused', message: `must be ${(field.accept ?? []).join(' or ')}` };
  if (field.maxBytes !== undefined && file.size > field.maxBytes)
    return { pointer, code: 'file_too_large', message: `must not be larger than ${field.maxBytes} bytes` };
  return null;
}

function isAccepted({ accept }: Field, type: string): boolean {
  return (
    accept === undefined ||
    accept.some((one) => one === type || (one.endsWith('/*') && type.startsWith(one.slice(0, -1))))
  );
}
