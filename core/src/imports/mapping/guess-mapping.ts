import { ValidationError, type Field } from '@trellis-crm/sdk';
import { refuseFile } from '../file-refusal.js';
import type { ImportableEntity } from './entity-fields.js';
import type { FieldMapping, ImportMapping, RecordMatch } from './mapping.js';

/** What a person may say instead of a mapping file. */
export interface GuessOptions {
  readonly source?: string;
  /** Column → field, before any guess. An empty field leaves the column out. */
  readonly map?: Readonly<Record<string, string>>;
  /** Field, or `externalId:<column>`, by which records that exist are found; `none` makes a new record of each row. */
  readonly match?: string;
  /** Name of a field for people, beside its own. */
  readonly label?: (field: string) => string;
}

/**
 * Makes a mapping of columns whose names are those of fields.
 * @throws ValidationError `no_columns_recognised`, `missing_column` for a required field, `unknown_field` for what `map` names
 */
export function guessMapping(
  target: ImportableEntity,
  header: readonly string[],
  options: GuessOptions = {},
): ImportMapping {
  const fields = guessFields(target, header, options);
  if (fields.size === 0) throw refuseFile('no_columns_recognised', unrecognised(target, header), { line: 1 });
  const match = matchFor(target, fields, header, options.match);
  // A file that finds its records by a key may be about a few fields of records that exist.
  if (match?.externalId === undefined) refuseMissingFields(target, fields, header);
  const record = { entity: target.entity.definition.id, fields: Object.fromEntries(fields) };
  return { source: options.source ?? 'csv', records: [match === undefined ? record : { ...record, match }] };
}

type GuessedFields = ReadonlyMap<string, FieldMapping>;

/** Columns by the field they fill: those that were named, then those whose name is a field's. */
function guessFields(target: ImportableEntity, header: readonly string[], options: GuessOptions): GuessedFields {
  const named = Object.entries(options.map ?? {});
  const fields = new Map<string, FieldMapping>();
  for (const [column, field] of named) if (field !== '') fields.set(knownField(target, field), column);
  const spoken = new Set(named.map(([column]) => column.toLowerCase()));
  for (const column of header.filter((name) => !spoken.has(name.toLowerCase()))) {
    const field = fieldFor(column, target, options);
    if (field !== undefined && !fields.has(field)) fields.set(field, column);
  }
  return fields;
}

function knownField(target: ImportableEntity, name: string): string {
  if (target.fields.has(name) && !target.readOnly.has(name)) return name;
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

function fieldFor(column: string, target: ImportableEntity, { label }: GuessOptions): string | undefined {
  const wanted = plain(column);
  if (wanted === '') return undefined;
  return writable(target).find((name) =>
    [name, singular(name, target.fields.get(name)), label?.(name) ?? ''].some((text) => plain(text) === wanted),
  );
}

/** A list `emails` is also meant by a column `email`. */
function singular(name: string, declared: Field | undefined): string {
  return declared?.kind === 'list' && name.endsWith('s') ? name.slice(0, -1) : name;
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

function unrecognised(target: ImportableEntity, header: readonly string[]): string {
  return `None of the columns (${header.slice(0, 20).join(', ')}) has the name of a field. Fields: ${writable(target).join(', ')}.`;
}

function refuseMissingFields(target: ImportableEntity, fields: GuessedFields, header: readonly string[]): void {
  const missing = [...target.fields].find(
    ([name, declared]) =>
      isRequired(declared) && !fields.has(name) && !target.readOnly.has(name) && !isTransformed(target, name),
  );
  if (missing === undefined) return;
  const message = `Line 1: no column gives the required field "${missing[0]}". The file's columns: ${header.slice(0, 20).join(', ')}.`;
  throw refuseFile('missing_column', message, { line: 1, column: missing[0] });
}

function isRequired(declared: Field): boolean {
  return declared.required === true && declared.default === undefined;
}

/** A transformation may fill what no column gives. */
function isTransformed(target: ImportableEntity, name: string): boolean {
  return target.transform !== null && !(name in target.transform.transform.fields);
}

/** As asked for; else by a unique value, a key, an e-mail address, or the field that names a record. */
function matchFor(
  target: ImportableEntity,
  fields: GuessedFields,
  header: readonly string[],
  wanted: string | undefined,
): RecordMatch | undefined {
  if (wanted === 'none') return undefined;
  if (wanted?.startsWith('externalId:') === true) return { externalId: wanted.slice('externalId:'.length) };
  return wanted === undefined ? guessMatch(target, fields, header) : { field: wanted };
}

function guessMatch(
  target: ImportableEntity,
  fields: GuessedFields,
  header: readonly string[],
): RecordMatch | undefined {
  const unique = [...fields.keys()].find((name) => target.fields.get(name)?.unique === true);
  if (unique !== undefined) return { field: unique };
  const key = header.find((column) => ['externalid', 'id'].includes(plain(column)));
  if (key !== undefined) return { externalId: key };
  const hasEmails = fields.has('emails') && target.fields.get('emails')?.item?.['email'] !== undefined;
  if (hasEmails) return { field: 'emails.email' };
  const { title } = target.entity.definition;
  return fields.has(title) ? { field: title } : undefined;
}
