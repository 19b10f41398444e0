import { join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext } from '../../cli-context.js';

/** `trellis plugin create`. */
export function createCommand(cli: CliContext): Command {
  return new Command('create')
    .summary('write a new plugin that builds, tests and runs')
    .argument('<id>', 'what it is called, for ever: letters, digits and "-"')
    .option('--folder <folder>', 'where to write it, instead of the plugins folder')
    .action(async (id: string, options: { readonly folder?: string }) => {
      const { createPlugin } = await import('../../../kernel/scaffold/create-plugin.js');
      const folder = options.folder === undefined ? join(cli.config.pluginsDir, id) : resolve(options.folder);
      const created = await createPlugin(id, folder, new Date());
      cli.output.result(created, () => nextSteps(id, relative(process.cwd(), folder), created.files.length));
    });
}

function nextSteps(id: string, folder: string, count: number): readonly string[] {
  return [
    `Wrote ${count} files to ${folder}. Read its README.md, then:`,
    '  npm install                       make it part of the workspace',
    '  npm run build                     compile it and write its manifest.json',
    `  npm test -- ${folder}`.padEnd(36) + 'run its test on a real database',
    `  npx trellis plugin enable ${id}`.padEnd(36) + 'take it into use',
  ];
}

/** `trellis plugin manifest`. */
export function manifestCommand(cli: CliContext): Command {
  return new Command('manifest')
    .summary('write manifest.json of a built plugin from its code')
    .argument('[folder]', 'folder of the plugin', '.')
    .action(async (folder: string) => {
      const { writeManifest } = await import('../../../kernel/manifest/write-manifest.js');
      const isChanged = await writeManifest(resolve(folder));
      cli.output.result({ isChanged }, () =>
        isChanged ? 'manifest.json was written.' : 'manifest.json is up to date.',
      );
    });
}
