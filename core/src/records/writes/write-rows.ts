import type { Id } from '@trellis-crm/sdk';
import { currencyColumn, recordAlias } from '../compile-fields.js';
import type { CompiledEntity, CompiledField } from '../compiled-entity.js';
import { keptColumn, keptText } from '../kept/kept-part.js';
import type { Row } from './staged-table.js';
import type { ListInput, WriteInput } from './write-shape.js';

/** A record to write: all its values, and which of them are new. */
export interface StoredRecord {
  readonly id: Id;
  readonly values: ReadonlyMap<string, unknown>;
  readonly changed: ReadonlySet<string>;
}

type Rows = Pick<WriteInput, 'lists' | 'sides'>;

/**
 * Entries and side rows of the lists and plugins that some record newly names.
 * @param mayHaveEntries whether the records are there already, so that an empty list has to be written too
 */
export function dependentRows(entity: CompiledEntity, records: readonly StoredRecord[], mayHaveEntries: boolean): Rows {
  const lists = new Map<string, ListInput>();
  const sides = new Map<string, readonly Row[]>();
  for (const [path, field] of entity.fields) {
    if (field.list === null) continue;
    const touched = records.filter(
      (record) => isTouched(field, record) && (mayHaveEntries || hasEntries(record, path)),
    );
    if (touched.length > 0) lists.set(path, listInput(field, touched));
  }
  for (const plugin of entity.extensions.keys()) {
    const rows = sideRows(entity, plugin, records);
    if (rows.length > 0) sides.set(plugin, rows);
  }
  return { lists, sides };
}

/** Whether the entries are written anew: they or what stands beside them differ. */
function isTouched({ path, list }: CompiledField, { changed }: StoredRecord): boolean {
  return changed.has(path) || (list?.beside ?? []).some((beside) => changed.has(beside.path));
}

function hasEntries({ values }: StoredRecord, path: string): boolean {
  const entries = values.get(path);
  return Array.isArray(entries) && entries.length > 0;
}

function listInput(field: CompiledField, touched: readonly StoredRecord[]): ListInput {
  return {
    owners: touched.map(({ id }) => id),
    rows: entryRows(field, touched),
  };
}

function entryRows({ list, path }: CompiledField, records: readonly StoredRecord[]): Row[] {
  const rows: Row[] = [];
  for (const { id, values } of list === null ? [] : records) {
    const entries = values.get(path);
    if (list === null || !Array.isArray(entries)) continue;
    for (const [position, entry] of (entries as readonly Row[]).entries()) {
      const row: Record<string, unknown> = { [list.ownerColumn]: id, position };
      for (const item of list.items) setCells(row, item, entry[item.name]);
      for (const beside of list.beside) setCells(row, beside, values.get(beside.path));
      rows.push(row);
    }
  }
  return rows;
}

function sideRows(entity: CompiledEntity, plugin: string, records: readonly StoredRecord[]): Row[] {
  const fields = [...entity.fields.values()].filter((field) => field.plugin === plugin && field.list === null);
  const touched = records.filter(({ changed }) => fields.some(({ path }) => changed.has(path)));
  const part = entity.keptSides.get(plugin);
  return touched.map(({ id, values }) => ({
    ...toRow(fields, values),
    record_id: id,
    ...(part === undefined ? null : { [keptColumn.name]: keptText(part, values) }),
  }));
}

/** Makes the columns of a record's own table from its values. */
export function rowMaker(entity: CompiledEntity): (values: ReadonlyMap<string, unknown>) => Record<string, unknown> {
  const own = [...entity.fields.values()].filter(({ alias, list }) => alias === recordAlias && list === null);
  return (values) => {
    const row = toRow(own, values);
    row[keptColumn.name] = keptText(entity.kept, values);
    return row;
  };
}

function toRow(fields: readonly CompiledField[], values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const field of fields) setCells(row, field, values.get(field.path));
  return row;
}

/**
 * Columns of one value; what is left out is null. Without a value a plugin's field falls back to its default, as its column would.
 */
function setCells(row: Record<string, unknown>, field: CompiledField, value: unknown): void {
  const given = value ?? field.field.default;
  if (given === undefined || given === null || field.list !== null) return;
  if (field.field.kind !== 'money') {
    row[field.column] = given;
    return;
  }
  const { amount, currency } = given as { readonly amount?: string; readonly currency?: string };
  row[field.column] = amount;
  row[currencyColumn(field.column)] = currency;
}
