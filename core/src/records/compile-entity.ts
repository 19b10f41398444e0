import type { EntityDefinition } from '@trellis-crm/sdk';
import type { CompiledEntity, CompiledExtension, CompiledField, OwnedExtension } from './compiled-entity.js';
import { compileFields } from './compile-fields.js';
import { compileDuplicates } from './duplicates/compile-duplicates.js';
import { isFiles } from './files/file-fields.js';
import { keptPart } from './kept/kept-part.js';
import { isLinks } from './links.js';
import { schemaNameOf, toKebab, toSnake } from './names.js';
import { recordSchemas } from './record-schemas.js';
import { compileSearch } from './search/compile-search.js';
import { StatementCache } from './statements/statement-cache.js';
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
  const keptSides = new Map(own.map(({ plugin }) => [plugin, keptPart(all, plugin)]));
  const shape = { definition, ...table, extensions: sides, fields, kept: keptPart(all, null), keptSides };
  return {
    ...shape,
    path: pathOf(definition),
    fieldList: all,
    reads: new StatementCache(),
    statements: createWriteStatements(shape),
    search: compileSearch(definition, fields),
    duplicates: compileDuplicates(definition, fields),
    schemas: recordSchemas(all),
    defaults: defaultsOf(all),
    files: all.filter(({ field }) => isFiles(field)),
    referring: all.filter(
      ({ field, target, list }) =>
        isLinks(field) || (list?.items ?? []).some((item) => item.target !== null) || target !== null,
    ),
  };
}

/** A side table's row comes into being with the first value given, so plugin fields have no defaults here. */
function defaultsOf(fields: readonly CompiledField[]): ReadonlyMap<string, unknown> {
  const own = fields.filter(({ plugin, isSystem }) => plugin === null && !isSystem);
  return new Map(own.map(({ path, field }) => [path, field.default ?? null]));
}

function pathOf({ module, plural }: EntityDefinition): string {
  return module === 'core' ? toKebab(plural) : `${module}/${toKebab(plural)}`;
}
