import { ValidationError, type Field } from '@trellis-crm/sdk';
import type { Generation } from '../../kernel/generation.js';
import { refuseFile } from '../file-refusal.js';
import { guessPlan, type PlanHints, type SampleRows } from '../plan/guess-plan.js';
import { entryPathOf, type ImportPlan } from '../plan/import-plan.js';
import { mappingOf } from '../plan/plan-mapping.js';
import type { ImportableEntity } from './entity-fields.js';
import type { ImportMapping } from './mapping.js';

/** What a mapping is guessed from. */
export interface GuessedFile {
  readonly header: readonly string[];
  /** First rows, which tell how dates and numbers are written. */
  readonly rows: SampleRows;
}

/**
 * Makes a mapping of columns whose names are those of fields.
 * @throws ValidationError `no_columns_recognised`, `missing_column` for a required field, `unknown_field` for what `map` names
 */
export function guessMapping(
  target: ImportableEntity,
  { header, rows }: GuessedFile,
  generation: Generation,
  hints: PlanHints = {},
): ImportMapping {
  for (const field of Object.values(hints.map ?? {})) if (field !== '') refuseUnknownField(target, field);
  const plan = guessPlan(target, header, rows, hints);
  if (Object.keys(plan.columns).length === 0)
    throw refuseFile('no_columns_recognised', unrecognised(target, header), {
      line: 1,
      columns: header.slice(0, 20).join(', '),
    });
  const missing = missingField(target, plan);
  if (missing !== null) throw missingColumn(missing, header);
  return mappingOf(plan, target, generation);
}

/** A required field that no column of a plan gives; null when there is none, or when the file may be about a few fields of records that exist. */
export function missingField(target: ImportableEntity, { columns, match, mode }: ImportPlan): string | null {
  if (match.startsWith('externalId:') || mode === 'update') return null;
  const filled = new Set(Object.values(columns).map(({ field }) => entryPathOf(field)?.list ?? field));
  const missing = [...target.fields].find(
    ([name, declared]) =>
      isRequired(declared) && !filled.has(name) && !target.readOnly.has(name) && !isTransformed(target, name),
  );
  return missing?.[0] ?? null;
}

function refuseUnknownField(target: ImportableEntity, name: string): void {
  const top = entryPathOf(name)?.list ?? name;
  if (target.fields.has(top) && !target.readOnly.has(top)) return;
  const message = `"${target.entity.definition.id}" has no field "${name}" to import into. Fields: ${writable(target).join(', ')}.`;
  throw new ValidationError(
    'unknown_field',
    {},
    { message, errors: [{ pointer: '/map', code: 'unknown_field', message }] },
  );
}

function writable(target: ImportableEntity): string[] {
  return [...target.fields.keys()].filter((name) => !target.readOnly.has(name));
}

function unrecognised(target: ImportableEntity, header: readonly string[]): string {
  return `None of the columns (${header.slice(0, 20).join(', ')}) has the name of a field. Fields: ${writable(target).join(', ')}.`;
}

function missingColumn(field: string, header: readonly string[]): ValidationError {
  const columns = header.slice(0, 20).join(', ');
  const message = `Line 1: no column gives the required field "${field}". The file's columns: ${columns}.`;
  return refuseFile('missing_column', message, { line: 1, column: field, columns });
}

function isRequired(declared: Field): boolean {
  return declared.required === true && declared.default === undefined;
}

/** A transformation may fill what no column gives. */
function isTransformed(target: ImportableEntity, name: string): boolean {
  return target.transform !== null && !(name in target.transform.transform.fields);
}
