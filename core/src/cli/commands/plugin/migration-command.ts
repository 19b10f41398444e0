import { join, relative } from 'node:path';
import { Command } from 'commander';
import { schemaOf } from '../../../database/migrator/index.js';
import type { Generation } from '../../../kernel/generation.js';
import type { CompiledEntity } from '../../../records/compiled-entity.js';
import type { CliContext } from '../../cli-context.js';

/** `trellis plugin migration`. */
export function migrationCommand(cli: CliContext): Command {
  return new Command('migration')
    .summary('write the migration for what changed in the entities of a plugin')
    .description('Compares what a built plugin declares with its tables and writes the migration for what they lack.')
    .argument('<plugin>')
    .argument('<name>', 'what it does, in kebab-case: add-priority')
    .action((id: string, name: string) => writeMigration(cli, id, name));
}

async function writeMigration(cli: CliContext, id: string, name: string): Promise<void> {
  const workspace = await cli.workspace();
  const { missingParts } = await import('../../../records/drift.js');
  const { addMigrations } = await import('../../../kernel/scaffold/add-migration.js');
  const { momentOf } = await import('../../../kernel/scaffold/create-plugin.js');
  const { folder, generation } = await workspace.lifecycle.draft(id);
  const missing = await Promise.all(
    entitiesOf(generation, id).map((entity) => missingParts(entity, workspace.database)),
  );
  const added = await addMigrations(folder, {
    name,
    moment: momentOf(new Date()),
    drifts: missing.flat().filter(({ table }) => table.schemaName === schemaOf(id)),
    tableOf: tablesFor(generation, id),
  });
  const files = added.files.map((file) => relative(process.cwd(), join(folder, file)));
  cli.output.result({ ...added, folder }, () => [
    ...files.map((file) => `Wrote ${file}`),
    ...(added.isListed ? [] : ['Add it to src/migrations/index.ts.']),
    `Read it, build the plugin, then: trellis plugin enable ${id}`,
  ]);
}

/** The plugin's own entities, and those it adds fields to. */
function entitiesOf({ entities }: Generation, id: string): readonly CompiledEntity[] {
  return [...entities.values()].filter(({ definition, extensions }) => definition.module === id || extensions.has(id));
}

/** Tables that surely are there when the plugin's are: a foreign key to any other would tie it to a plugin it can do without. */
function tablesFor({ entities, modules }: Generation, id: string): (entity: string) => string | undefined {
  const requires = modules.find(({ module }) => module === id)?.requires ?? {};
  const certain = new Set(['core', id, ...Object.keys(requires)]);
  return (entity) => {
    const target = entities.get(entity);
    if (target === undefined || !certain.has(target.definition.module)) return undefined;
    return `${target.schemaName}.${target.tableName}`;
  };
}
