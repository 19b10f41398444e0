import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';
import { createCommand, manifestCommand } from './plugin/author-commands.js';
import { migrationCommand } from './plugin/migration-command.js';
import { doctorCommand, listCommand, planCommand } from './plugin/reading-commands.js';
import { disableCommand, enableCommand, settingsCommand } from './plugin/switching-commands.js';
import {
  installCommand,
  purgeCommand,
  removeCommand,
  restoreCommand,
  upgradeCommand,
} from './plugin/package-commands.js';

/** `trellis plugin …`: the same operations as the API's, whether the server runs or not; a running one follows within a second. */
export function pluginCommand(cli: CliContext): Command {
  const command = new Command('plugin')
    .summary('install, switch and write plugins')
    .description('Installs, enables, disables, upgrades, removes and writes plugins.');
  for (const create of subcommands) command.addCommand(create(cli).copyInheritedSettings(command));
  return command.addHelpText('after', examples);
}

const subcommands: readonly ((cli: CliContext) => Command)[] = [
  listCommand,
  planCommand,
  enableCommand,
  disableCommand,
  settingsCommand,
  installCommand,
  upgradeCommand,
  removeCommand,
  restoreCommand,
  purgeCommand,
  doctorCommand,
  createCommand,
  migrationCommand,
  manifestCommand,
];

const examples = `
Examples:
  trellis plugin list                         what is there, and in which state
  trellis plugin plan sales enable            what enabling sales would do
  trellis plugin enable sales                 take it into use, without a restart
  trellis plugin install ./support-1.2.0.tgz  offer a package as a plugin
  trellis plugin create support               write a new plugin that builds, tests and runs`;
