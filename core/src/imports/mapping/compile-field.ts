import type { Field, Problem } from '@trellis-crm/sdk';
import type { CompiledEntity } from '../../records/compiled-entity.js';
import type { Cells, CompiledField, FieldReading, MappingSurroundings } from './compiled-mapping.js';
import { linkTo, targetOf } from './entity-fields.js';
import type { ReadValue, ValueReader } from './import-value.js';
import { isListSource, type FieldMapping, type FieldSource, type ListSource } from './mapping.js';
import { compileTemplate } from './template.js';
import { readerFor } from './value-readers.js';

/** Where faults of a mapping are reported. */
export interface FieldSurroundings extends MappingSurroundings {
  /** Pointer to what is compiled. */
  readonly pointer: string;
  readonly faults: Problem[];
}

/** One field as declared and as mapped. */
export interface MappedField {
  readonly name: string;
  readonly declared: Field;
  readonly mapping: FieldMapping;
  readonly entity: CompiledEntity;
}

/** Binds one field of a mapping; null after a fault was reported. */
export function compileField(field: MappedField, surroundings: FieldSurroundings): CompiledField | null {
  const { declared, mapping, name } = field;
  if (isListSource(mapping))
    return declared.kind === 'links'
      ? compileLinks(field, mapping, surroundings)
      : compileList(field, mapping, surroundings);
  const source = typeof mapping === 'string' ? { column: mapping } : mapping;
  const fault = sourceFault(source, declared);
  if (fault !== null) {
    surroundings.faults.push({ pointer: surroundings.pointer, code: 'invalid_source', message: `"${name}": ${fault}` });
    return null;
  }
  const read =
    declared.kind === 'list' ? splitReader(field, source, surroundings) : cellReader(field, source, surroundings);
  return {
    name,
    column: source.column ?? null,
    noticeBlank: source.blank === 'notice',
    isConstant: source.value !== undefined,
    read,
  };
}

function sourceFault(source: FieldSource, declared: Field): string | null {
  const given = [source.column, source.template, source.value].filter((part) => part !== undefined);
  if (given.length !== 1) return 'exactly one of column, template and value says where the text comes from.';
  if (declared.kind !== 'ref' && (source.ref ?? source.deferred ?? source.missing) !== undefined)
    return 'it is not a reference.';
  if (declared.kind === 'list' && soleField(declared) === null) return 'a list of several fields needs "entries".';
  return null;
}

type FieldReader = (row: Cells) => FieldReading;

function cellReader(
  { declared, entity }: MappedField,
  source: FieldSource,
  surroundings: FieldSurroundings,
): FieldReader {
  const text = textOf(source);
  const target = targetOf(surroundings.generation, entity, declared);
  const currency = source.currency ?? surroundings.baseCurrency;
  const { timeZone = 'UTC' } = surroundings;
  const read = readerFor({ field: declared, source, currency, target, timeZone });
  const { currencyColumn } = source;
  if (declared.kind !== 'money' || currencyColumn === undefined) return (row) => readCell(text(row), read);
  return (row) => readCell(text(row), (cell) => withCurrency(read(cell), row(currencyColumn).toUpperCase()));
}

function readCell(text: string, read: ValueReader): FieldReading {
  if (text === '') return { kind: 'blank' };
  const result = read(text);
  return 'problem' in result ? { kind: 'problem', problem: result.problem } : { kind: 'value', value: result.value };
}

function withCurrency(money: ReadValue, currency: string): ReadValue {
  return 'problem' in money || currency === '' ? money : { value: { ...Object(money.value), currency } };
}

function textOf(source: FieldSource): (row: Cells) => string {
  if (source.template !== undefined) return compileTemplate(source.template);
  const { column, value = '' } = source;
  return column === undefined ? () => value : (row) => row(column);
}

/** The field that alone must be there in an entry, so that a list can be read from a single cell. */
function soleField(declared: Field): string | null {
  const required = Object.entries(declared.item ?? {}).filter(([, item]) => item.required === true);
  const [only, other] = required.length === 0 ? Object.entries(declared.item ?? {}) : required;
  return only === undefined || other !== undefined ? null : only[0];
}

/** Reads `a@x.com; b@x.com` as two entries. */
function splitReader(field: MappedField, source: FieldSource, surroundings: FieldSurroundings): FieldReader {
  const name = soleField(field.declared) ?? '';
  const item = field.declared.item?.[name] ?? field.declared;
  const target = targetOf(surroundings.generation, field.entity, item);
  const { baseCurrency: currency, timeZone = 'UTC' } = surroundings;
  const read = readerFor({ field: item, source, currency, target, timeZone });
  const text = textOf(source);
  return (row) => {
    const parts = text(row)
      .split(source.separator ?? ';')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return listOf(parts.map((part) => readCell(part, read)).map((reading) => entryOf([[name, reading]])));
  };
}

function compileList(
  field: MappedField,
  { entries }: ListSource,
  surroundings: FieldSurroundings,
): CompiledField | null {
  const before = surroundings.faults.length;
  const compiled = entries.map((entry, index) =>
    compileEntry(field, entry, { ...surroundings, pointer: `${surroundings.pointer}/entries/${index}` }),
  );
  if (surroundings.faults.length > before) return null;
  const read = (row: Cells): FieldReading => listOf(compiled.map((parts) => readEntry(parts, row)));
  const sole = compiled.length === 1 ? compiled[0]?.find(({ column }) => column !== null) : undefined;
  return { name: field.name, column: sole?.column ?? null, noticeBlank: false, isConstant: false, read };
}

/** Links by what is linked to: `{ "core.account": "Customer" }`; each column names one record. */
function compileLinks(
  field: MappedField,
  { entries }: ListSource,
  surroundings: FieldSurroundings,
): CompiledField | null {
  const before = surroundings.faults.length;
  const cells = entries.flatMap((entry, index) =>
    Object.entries(entry).map(([id, mapping]) => ({
      id,
      mapping,
      pointer: `${surroundings.pointer}/entries/${index}/${id}`,
    })),
  );
  const parts = cells.flatMap(({ id, mapping, pointer }) => {
    const declared = linkTo(field.declared, id);
    const isKnown = declared !== null && surroundings.generation.entities.has(id);
    const isDeferred = typeof mapping === 'object' && mapping.deferred === true;
    if (isKnown && !isDeferred)
      return compileField({ name: id, declared, mapping, entity: field.entity }, { ...surroundings, pointer }) ?? [];
    const message = isDeferred ? 'links cannot be deferred.' : `it does not lead to "${id}".`;
    surroundings.faults.push({ pointer, code: 'unknown_field', message: `"${field.name}": ${message}` });
    return [];
  });
  if (surroundings.faults.length > before) return null;
  const read = (row: Cells): FieldReading => listOf(parts.map((part) => linkOf(part.name, part.read(row))));
  const column = parts.length === 1 ? (parts[0]?.column ?? null) : null;
  const linksTo = parts.map(({ name }) => name);
  return { name: field.name, column, noticeBlank: false, isConstant: false, linksTo, read };
}

function linkOf(entity: string, reading: FieldReading): FieldReading {
  return reading.kind === 'value' ? { kind: 'value', value: { entity, id: reading.value } } : reading;
}

function compileEntry(
  field: MappedField,
  entry: Readonly<Record<string, string | FieldSource>>,
  surroundings: FieldSurroundings,
): CompiledField[] {
  return Object.entries(entry).flatMap(([name, mapping]) => {
    const declared = field.declared.item?.[name];
    const isDeferred = typeof mapping === 'object' && mapping.deferred === true;
    if (declared !== undefined && !isDeferred)
      return compileField({ name, declared, mapping, entity: field.entity }, surroundings) ?? [];
    const message = isDeferred
      ? 'references inside a list cannot be deferred.'
      : `its entries have no field "${name}".`;
    surroundings.faults.push({
      pointer: `${surroundings.pointer}/${name}`,
      code: 'unknown_field',
      message: `"${field.name}": ${message}`,
    });
    return [];
  });
}

function readEntry(parts: readonly CompiledField[], row: Cells): FieldReading {
  const readings = parts.map((part) => [part.name, part.read(row)] as const);
  const isBlank = parts.every(({ isConstant }, index) => isConstant || readings[index]?.[1].kind === 'blank');
  return isBlank && parts.some(({ isConstant }) => !isConstant) ? { kind: 'blank' } : entryOf(readings);
}

function entryOf(parts: readonly (readonly [string, FieldReading])[]): FieldReading {
  const values: Record<string, unknown> = {};
  let isBlank = true;
  for (const [name, reading] of parts) {
    if (reading.kind === 'problem') return reading;
    if (reading.kind === 'blank') continue;
    values[name] = reading.value;
    isBlank = false;
  }
  return isBlank ? { kind: 'blank' } : { kind: 'value', value: values };
}

function listOf(entries: readonly FieldReading[]): FieldReading {
  const values: unknown[] = [];
  for (const entry of entries) {
    if (entry.kind === 'problem') return entry;
    if (entry.kind === 'value') values.push(entry.value);
  }
  return values.length === 0 ? { kind: 'blank' } : { kind: 'value', value: values };
}
