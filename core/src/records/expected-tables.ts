import type { CompiledEntity, CompiledField } from './compiled-entity.js';
import { recordAlias } from './compile-fields.js';
import { isNeverNull } from './field-schemas.js';
import { keptColumn } from './kept/kept-part.js';
import { schemaNameOf } from './names.js';
import { columnsOf } from './writes/columns.js';

/** A table that a declaration needs. */
export interface ExpectedTable {
  readonly schemaName: string;
  readonly tableName: string;
  /** Whose rows it holds: records, a plugin's values beside them, or the entries of a list. */
  readonly shape: 'records' | 'side' | 'list';
  readonly entity: CompiledEntity;
  /** Column of a side table or list that names the record. */
  readonly ownerColumn: string | null;
  readonly columns: readonly ExpectedColumn[];
}

/** A column that a declaration needs. */
export interface ExpectedColumn {
  readonly name: string;
  /** As `format_type` names it, without precision. */
  readonly type: string;
  /** `must`: values are never null · `may`: the column has a default of its own · `never`: null is a value. */
  readonly notNull: 'must' | 'may' | 'never';
  /** Digits after the decimal point at least. */
  readonly scale: number | null;
  /** Needs a unique index of its own. */
  readonly isUnique: boolean;
  /** Declared field it belongs to; null for a column of every record. */
  readonly field: CompiledField | null;
}

/** Tables that an entity's declaration and the fields plugins added to it need. */
export function expectedTables(entity: CompiledEntity): readonly ExpectedTable[] {
  const fields = [...entity.fields.values()];
  const lists = fields.flatMap((field) => (field.list === null ? [] : [listTable(entity, field.list)]));
  const sides = [...entity.extensions].map(([plugin, { tableName }]) => ({
    schemaName: schemaNameOf(plugin),
    tableName,
    shape: 'side' as const,
    entity,
    ownerColumn: 'record_id',
    columns: [
      key('record_id', 'uuid'),
      ...fields.filter((field) => field.plugin === plugin).flatMap(toColumns),
      optional(keptColumn.name, keptColumn.type),
    ],
  }));
  return [recordTable(entity, fields), ...sides, ...lists];
}

function recordTable(entity: CompiledEntity, fields: readonly CompiledField[]): ExpectedTable {
  const { schemaName, tableName } = entity;
  const own = fields.filter(({ alias }) => alias === recordAlias).flatMap(toColumns);
  const kept = [
    optional('deleted_with', 'uuid'),
    { ...key('custom', 'jsonb'), notNull: 'may' as const },
    optional(keptColumn.name, keptColumn.type),
  ];
  return { schemaName, tableName, shape: 'records', entity, ownerColumn: null, columns: [...own, ...kept] };
}

function listTable(entity: CompiledEntity, list: NonNullable<CompiledField['list']>): ExpectedTable {
  const { schemaName, tableName, ownerColumn, items, beside } = list;
  const columns = [key(ownerColumn, 'uuid'), key('position', 'integer'), ...[...items, ...beside].flatMap(toColumns)];
  return { schemaName, tableName, shape: 'list', entity, ownerColumn, columns };
}

function toColumns(field: CompiledField): ExpectedColumn[] {
  return columnsOf(field).map(({ name, type }) => ({
    name,
    type,
    notNull: nullability(field),
    scale: type === 'numeric' ? scaleOf(field) : null,
    isUnique: field.field.unique === true,
    field: field.isSystem ? null : field,
  }));
}

/** Side rows may be older than a field, so a default of the column is welcome but not needed. */
function nullability({ field, plugin, path }: CompiledField): ExpectedColumn['notNull'] {
  if (path === 'id') return 'must';
  if (!isNeverNull(field)) return 'never';
  return plugin === null ? 'must' : 'may';
}

function scaleOf({ field }: CompiledField): number {
  return field.kind === 'decimal' ? (field.scale ?? 4) : 4;
}

function key(name: string, type: string): ExpectedColumn {
  return { name, type, notNull: 'must', scale: null, isUnique: false, field: null };
}

function optional(name: string, type: string): ExpectedColumn {
  return { ...key(name, type), notNull: 'never' };
}
