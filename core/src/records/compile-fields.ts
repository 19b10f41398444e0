import { PluginError, type EntityDefinition, type EntityToken, type Field, type FieldMap } from '@trellis-crm/sdk';
import type { CompiledField, CompiledList, OwnedExtension } from './compiled-entity.js';
import { fileIdColumn, isFiles } from './files/file-fields.js';
import { isLinks, linkIdColumn } from './links.js';
import { schemaNameOf, toSnake } from './names.js';

/** Alias of an entity's own table in every read. */
export const recordAlias = 'r';

/** Alias of an entry of a list in the subqueries that look at it. */
export const listAlias = 'l';

/**
 * All fields of an entity by path: own ones, those core keeps, then those that plugins added.
 * @throws PluginError `field_name_reserved`, `extension_field_invalid`
 */
export function compileFields(
  definition: EntityDefinition,
  extensions: readonly OwnedExtension[],
): ReadonlyMap<string, CompiledField> {
  const system = systemFieldsOf(definition);
  const own = { ...definition.fields };
  for (const name of Object.keys(own)) {
    if (name in system || reservedNames.has(name)) refuse('field_name_reserved', definition, name);
    if (extensions.some(({ plugin }) => plugin === name)) refuse('field_name_reserved', definition, name);
  }
  const place = { definition, plugin: null, alias: recordAlias };
  const compiled = [
    ...compileMap({ id: system['id'] ?? idField }, { ...place, isSystem: true }),
    ...compileMap(own, { ...place, isSystem: false }),
    ...compileMap(withoutId(system), { ...place, isSystem: true }),
    ...extensions.flatMap((extension) => compileExtension(definition, extension)),
  ];
  return new Map(compiled.map((field) => [field.path, field]));
}

/** Where a map of fields lives. */
interface FieldPlace {
  readonly definition: EntityDefinition;
  readonly plugin: string | null;
  readonly alias: string;
  readonly isSystem: boolean;
}

const reservedNames: ReadonlySet<string> = new Set(['extras', 'custom', 'lists', 'kept']);

const idField: Field = { kind: 'ref', target: 'self', readOnly: true, index: true };

/** Fields core keeps; kinds make them filterable and sortable like any other. */
function systemFieldsOf(definition: EntityToken): FieldMap {
  const moment: Field = { kind: 'dateTime', readOnly: true };
  const user: Field = { kind: 'ref', target: 'core.user', readOnly: true };
  return {
    id: idField,
    ...(definition.owned
      ? {
          owner: { kind: 'ref', target: 'core.user', onDelete: 'restrict', index: true },
          team: { kind: 'ref', target: 'core.team', onDelete: 'restrict', readOnly: true, index: true },
        }
      : {}),
    createdAt: { ...moment, required: true },
    updatedAt: { ...moment, required: true, index: true },
    createdBy: user,
    updatedBy: user,
    version: { kind: 'integer', readOnly: true, required: true },
    deletedAt: moment,
  };
}

function withoutId({ id: _id, ...rest }: FieldMap): FieldMap {
  return rest;
}

function compileExtension(definition: EntityDefinition, { plugin, fields }: OwnedExtension): CompiledField[] {
  for (const [name, field] of Object.entries(fields)) {
    // Records that were there before the plugin have no value, so none can be demanded.
    if (field.required === true || field.unique === true || field.default === 'now' || isLinks(field))
      refuse('extension_field_invalid', definition, `${plugin}.${name}`);
  }
  return compileMap(fields, { definition, plugin, alias: `x_${toSnake(plugin)}`, isSystem: false });
}

function compileMap(fields: FieldMap, place: FieldPlace): CompiledField[] {
  return Object.entries(fields).map(([name, field]) => compileField(name, field, place));
}

function compileField(name: string, field: Field, place: FieldPlace): CompiledField {
  const { definition, plugin, alias, isSystem } = place;
  const path = plugin === null ? name : `${plugin}.${name}`;
  return {
    path,
    name,
    plugin,
    field,
    isSystem,
    alias,
    column: columnOf(name, field, isSystem),
    target: targetOf(field, definition),
    list: hasEntryTable(field) ? compileList(name, field, place) : null,
    permissions: permissionsOf(path, field, definition),
  };
}

function hasEntryTable(field: Field): boolean {
  return field.kind === 'list' || isLinks(field) || isFiles(field);
}

/** Column of the currency beside a money field's amount. */
export function currencyColumn(column: string): string {
  return `${column}_currency`;
}

function columnOf(name: string, field: Field, isSystem: boolean): string {
  const column = toSnake(name);
  if (field.kind !== 'ref') return column;
  return isSystem && ['id', 'created_by', 'updated_by'].includes(column) ? column : `${column}_id`;
}

function targetOf(field: Field, definition: EntityToken): string | null {
  if (field.target === undefined) return null;
  if (field.target === 'self') return definition.id;
  return typeof field.target === 'string' ? field.target : field.target.id;
}

function permissionsOf(path: string, field: Field, { id }: EntityToken): CompiledField['permissions'] {
  return field.restricted === true ? { read: `${id}.${path}:read`, write: `${id}.${path}:write` } : null;
}

function compileList(name: string, field: Field, { definition, plugin }: FieldPlace): CompiledList {
  const ownerColumn = `${toSnake(definition.noun)}_id`;
  const place = { definition, plugin: null, alias: listAlias, isSystem: false };
  const items = compileItems(field, place);
  for (const item of items) {
    const isTaken = item.column === ownerColumn || item.column === 'position';
    if (isTaken || item.list !== null || isBeyondEntries(item.field)) refuse('list_field_invalid', definition, name);
  }
  return {
    schemaName: schemaNameOf(plugin ?? definition.module),
    tableName: `${toSnake(definition.noun)}_${toSnake(name)}`,
    ownerColumn,
    items,
    beside: (field.beside ?? []).map((path) => compileBeside(path, name, place)),
  };
}

/** Fields of an entry. What links lead to is no ref of one entity, nor is a file one to a record, and their columns say so. */
function compileItems(field: Field, place: FieldPlace): readonly CompiledField[] {
  const items = compileMap(field.item ?? {}, place);
  if (!isLinks(field) && !isFiles(field)) return items;
  const column = isLinks(field) ? linkIdColumn : fileIdColumn;
  return items.map((item) => (item.name === 'id' ? { ...item, column } : item));
}

/** A value of the record that stands in each entry. What decides on rights or has no column of its own cannot. */
function compileBeside(path: string, list: string, place: FieldPlace): CompiledField {
  const field = place.definition.fields[path];
  if (field === undefined || field.restricted === true || !hasOneColumn(field))
    return refuse('list_field_invalid', place.definition, list);
  return compileField(path, { ...field, unique: false }, place);
}

function hasOneColumn({ kind }: Field): boolean {
  return !['list', 'links', 'files', 'json', 'money'].includes(kind);
}

/** Rights, uniqueness and who may write are matters of the whole list: its entries are replaced together. */
function isBeyondEntries({ restricted, unique, readOnly }: Field): boolean {
  return restricted === true || unique === true || readOnly === true;
}

function refuse(code: string, definition: EntityToken, field: string): never {
  throw new PluginError(code, { entity: definition.id, field });
}
