import { ConflictError } from '@trellis-crm/sdk';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext } from '../../cli-context.js';
import { planLines, stateLine } from './plugin-lines.js';
import { operator } from './switching-commands.js';

/** `trellis plugin install`. */
export function installCommand(cli: CliContext): Command {
  return new Command('install')
    .summary('copy a package in and offer it as a plugin')
    .argument('<folder-or-tgz>', 'a built plugin, or what `npm pack` made of one')
    .action(async (path: string) => {
      const { lifecycle } = await cli.workspace();
      const plugin = await lifecycle.install(resolve(path), operator);
      cli.output.result(plugin, () => [stateLine(plugin), `Take it into use: trellis plugin enable ${plugin.id}`]);
    });
}

/** `trellis plugin upgrade`. */
export function upgradeCommand(cli: CliContext): Command {
  return new Command('upgrade')
    .summary('move a plugin to another version')
    .argument('<plugin>')
    .argument('[folder-or-tgz]', 'the new version; what now lies in the plugin’s own folder when left out')
    .action(async (id: string, path: string | undefined) => {
      const { lifecycle } = await cli.workspace();
      const outcome = await lifecycle.upgrade(id, operator, path === undefined ? undefined : resolve(path));
      cli.output.result(outcome, () => [
        `${id}: ${outcome.from} → ${outcome.to}, ${outcome.plugin.state}`,
        ...(outcome.plugin.state === 'active'
          ? [
              'Processes that run the old code go on with it until they are replaced; a running server does that by itself.',
            ]
          : []),
      ]);
    });
}

/** `trellis plugin remove`. */
export function removeCommand(cli: CliContext): Command {
  return new Command('remove')
    .summary('remove a plugin; its data is kept aside for 30 days')
    .argument('<plugin>')
    .action(async (id: string) => {
      const { lifecycle } = await cli.workspace();
      await lifecycle.remove(id, operator);
      cli.output.result({ removed: id }, () => [
        `${id} is removed. Its data is kept for 30 days: trellis plugin restore ${id}`,
      ]);
    });
}

/** `trellis plugin restore`. */
export function restoreCommand(cli: CliContext): Command {
  return new Command('restore')
    .summary('put a removed plugin back')
    .argument('<plugin>')
    .action(async (id: string) => {
      const { lifecycle } = await cli.workspace();
      const restored = await lifecycle.restore(id, operator);
      cli.output.result(restored, () => [stateLine(restored.plugin)]);
    });
}

/** `trellis plugin purge`. */
export function purgeCommand(cli: CliContext): Command {
  return new Command('purge')
    .summary('delete a removed plugin and its data for good, after an export')
    .argument('<plugin>')
    .option('--yes', 'do it; without it only the plan is shown')
    .action(async (id: string, options: { readonly yes?: true }) => {
      const { lifecycle } = await cli.workspace();
      if (options.yes !== true) {
        const plan = await lifecycle.plan(id, 'purge');
        for (const line of planLines(plan)) cli.output.note(line);
        throw new ConflictError(
          'not_confirmed',
          { plugin: id },
          { message: 'Nothing was deleted. Add --yes to do it' },
        );
      }
      const file = await lifecycle.purge(id, operator);
      cli.output.result({ purged: id, export: file }, () => [`${id} is gone for good. All its rows are in ${file}`]);
    });
}
