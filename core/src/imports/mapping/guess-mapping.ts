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
  const fields = new Map<string, FieldMapping>();
  for (const [column, field] of Object.entries(options.map ?? {}))
    if (field !== '') fields.set(knownField(target, field), column);
  const spoken = new Set(Object.keys(options.map ?? {}).map((column) => column.toLowerCase()));
  for (const column of header) {
    const field = spoken.has(column.toLowerCase()) ? undefined : fieldFor(column, target, options);
    if (field !== undefined && !fields.has(field)) fields.set(field, column);
  }
  const { definition } = target.entity;
  if (fields.size === 0) throw refuseFile('no_columns_recognised', unrecognised(target, header), { line: 1 });
  const match = matchFor(target, fields, header, options.match);
  if (match === undefined || match.field === undefined) refuseMissingFields(target, fields, header);
  const record = { entity: definition.id, fields: Object.fromEntries(fields) };
  return { source: options.source ?? 'csv', records: [match === undefined ? record : { ...record, match }] };
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

function refuseMissingFields(
  target: ImportableEntity,
  fields: ReadonlyMap<string, unknown>,
  header: readonly string[],
): void {
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

/** By an e-mail address or another unique value, else by the field that names a record. */
function matchFor(
  target: ImportableEntity,
  fields: ReadonlyMap<string, unknown>,
  header: readonly string[],
  wanted: string | undefined,
): RecordMatch | undefined {
  if (wanted === 'none') return undefined;
  if (wanted?.startsWith('externalId:') === true) return { externalId: wanted.slice('externalId:'.length) };
  if (wanted !== undefined) return { field: wanted };
  const unique = [...fields.keys()].find((name) => target.fields.get(name)?.unique === true);
  if (unique !== undefined) return { field: unique };
  const key = header.find((column) => ['externalid', 'id'].includes(plain(column)));
  if (key !== undefined) return { externalId: key };
  if (fields.has('emails') && target.fields.get('emails')?.item?.['email'] !== undefined)
    return { field: 'emails.email' };
  return fields.has(target.entity.definition.title) ? { field: target.entity.definition.title } : undefined;
}
