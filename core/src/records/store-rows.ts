import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { columnsOf } from './statements.js';
import { currencyColumn, recordAlias } from './compile-fields.js';
import type { WriteScope } from './record-scope.js';

/** A record to write: all its values, and which of them are new. */
export interface StoredRecord {
  readonly id: string;
  readonly values: ReadonlyMap<string, unknown>;
  readonly changed: ReadonlySet<string>;
}

/** Inserts records with their side rows and lists: one statement per table. */
export async function insertRows(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly StoredRecord[],
): Promise<void> {
  await scope.db.raw(entity.statements.insert, [toJson(ownFields(entity), records)]);
  await saveSides(scope, entity, records);
  await saveLists(scope, entity, records, false);
}

/** Writes the new values of records whose row locks are held: one statement per table. */
export async function updateRows(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly StoredRecord[],
): Promise<void> {
  await scope.db.raw(entity.statements.update, [toJson(ownFields(entity), records)]);
  await saveSides(scope, entity, records);
  await saveLists(scope, entity, records, true);
}

function ownFields(entity: CompiledEntity): CompiledField[] {
  return [...entity.fields.values()].filter(({ alias, list }) => alias === recordAlias && list === null);
}

/** A side table's row comes into being when one of its fields is first given a value. */
async function saveSides(scope: WriteScope, entity: CompiledEntity, records: readonly StoredRecord[]): Promise<void> {
  for (const [plugin, statement] of entity.statements.saveSide) {
    const fields = [...entity.fields.values()].filter((field) => field.plugin === plugin && field.list === null);
    const touched = records.filter(({ changed }) => fields.some(({ path }) => changed.has(path)));
    if (touched.length === 0) continue;
    const rows = touched.map((record) => ({ record_id: record.id, ...toRow(fields, record.values) }));
    await scope.db.raw(statement, [JSON.stringify(rows)]);
  }
}

async function saveLists(
  scope: WriteScope,
  entity: CompiledEntity,
  records: readonly StoredRecord[],
  mayHaveEntries: boolean,
): Promise<void> {
  for (const [path, { clear, insert }] of entity.statements.replaceList) {
    const touched = records.filter(({ changed }) => changed.has(path));
    const field = entity.fields.get(path);
    if (touched.length === 0 || field === undefined) continue;
    if (mayHaveEntries) await scope.db.raw(clear, [touched.map(({ id }) => id)]);
    const rows = touched.flatMap((record) => entryRows(field, record));
    if (rows.length > 0) await scope.db.raw(insert, [JSON.stringify(rows)]);
  }
}

function entryRows({ list, path }: CompiledField, { id, values }: StoredRecord): object[] {
  const entries = values.get(path);
  if (list === null || !Array.isArray(entries)) return [];
  return entries.map((entry: Readonly<Record<string, unknown>>, position) => ({
    [list.ownerColumn]: id,
    position,
    ...Object.fromEntries(list.items.flatMap((item) => cells(item, entry[item.name]))),
  }));
}

function toJson(fields: readonly CompiledField[], records: readonly StoredRecord[]): string {
  return JSON.stringify(records.map(({ values }) => toRow(fields, values)));
}

function toRow(fields: readonly CompiledField[], values: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(fields.flatMap((field) => cells(field, values.get(field.path))));
}

/** Columns of one value. Without one a plugin's field falls back to its default, as its column would. */
function cells(field: CompiledField, value: unknown): [column: string, value: unknown][] {
  if (columnsOf(field).length === 0) return [];
  if (field.field.kind !== 'money') return [[field.column, value ?? field.field.default ?? null]];
  const { amount = null, currency = null } = (value ?? {}) as { readonly amount?: string; readonly currency?: string };
  return [
    [field.column, amount],
    [currencyColumn(field.column), currency],
  ];
}
