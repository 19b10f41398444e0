import { Model, type ModelClass } from 'objection';
import type { EntityDefinition } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledExtension, OwnedExtension } from './compiled-entity.js';
import { compileFields } from './compile-fields.js';
import { schemaNameOf, toKebab, toSnake } from './names.js';
import { recordSchemas } from './record-schemas.js';
import { createWriteStatements } from './writes/statement-cache.js';

/**
 * Works out everything about an entity that one generation needs.
 * @param extensions those of active modules; any that extend other entities are left aside
 * @throws PluginError when names collide or an extension demands what older records cannot have
 */
export function compileEntity(definition: EntityDefinition, extensions: readonly OwnedExtension[]): CompiledEntity {
  const own = extensions.filter(({ entity }) => entity.id === definition.id);
  const fields = compileFields(definition, own);
  const table = { schemaName: schemaNameOf(definition.module), tableName: toSnake(definition.plural) };
  const sides = new Map<string, CompiledExtension>(
    own.map(({ plugin, fields: added }) => [plugin, { tableName: `${toSnake(definition.noun)}_x`, fields: added }]),
  );
  const all = [...fields.values()];
  const shape = { definition, ...table, extensions: sides, fields };
  return {
    ...shape,
    path: pathOf(definition),
    model: createModel(`${table.schemaName}.${table.tableName}`),
    statements: createWriteStatements(shape),
    schemas: recordSchemas(all),
  };
}

function pathOf({ module, plural }: EntityDefinition): string {
  return module === 'core' ? toKebab(plural) : `${module}/${toKebab(plural)}`;
}

/** A class of its own per generation, so that nothing of one generation is seen by another; bound to no connection. */
function createModel(tableName: string): ModelClass<Model> {
  return class RecordModel extends Model {
    static override tableName = tableName;
    static override idColumn = 'id';
  };
}
