import { join, relative } from 'node:path';
import { Command } from 'commander';
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
  const module = generation.modules.find((candidate) => candidate.module === id);
  const entities = [...generation.entities.values()].filter(
    ({ definition, extensions }) => definition.module === id || extensions.has(id),
  );
  const missing = (await Promise.all(entities.map((entity) => missingParts(entity, workspace.database)))).flat();
  const own = `p_${id.replaceAll('-', '_')}`;
  const added = await addMigrations(folder, {
    name,
    moment: momentOf(new Date()),
    drifts: missing.filter(({ table }) => table.schemaName === own),
    tableOf(entity) {
      const target = generation.entities.get(entity);
      const owner = target?.definition.module ?? '';
      const isCertain = owner === 'core' || owner === id || owner in (module?.requires ?? {});
      return target === undefined || !isCertain ? undefined : `${target.schemaName}.${target.tableName}`;
    },
  });
  const files = added.files.map((file) => relative(process.cwd(), join(folder, file)));
  cli.output.result({ ...added, folder }, () => [
    ...files.map((file) => `Wrote ${file}`),
    ...(added.isListed ? [] : ['Add it to src/migrations/index.ts.']),
    'Read it, build the plugin, then: trellis plugin enable ' + id,
  ]);
}
