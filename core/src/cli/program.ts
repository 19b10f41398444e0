import { Command } from 'commander';
import type { CliContext } from './cli-context.js';
import { backupCommand } from './commands/backup.command.js';
import { changeCommand } from './commands/change.command.js';
import { configCommand } from './commands/config.command.js';
import { demoCommand } from './commands/demo.command.js';
import { doctorCommand } from './commands/doctor.command.js';
import { eventCommand } from './commands/event.command.js';
import { explainCommand } from './commands/explain.command.js';
import { exportCommand } from './commands/export.command.js';
import { importCommand } from './commands/import.command.js';
import { jobCommand } from './commands/job.command.js';
import { pluginCommand } from './commands/plugin.command.js';
import { releaseCommand, restoreCommand } from './commands/restore.command.js';
import { searchCommand } from './commands/search.command.js';
import { restartCommand } from './commands/restart.command.js';
import { serveCommand } from './commands/serve.command.js';
import { setupCommand } from './commands/setup.command.js';
import { tokenCommand } from './commands/token.command.js';
import { upgradeCommand } from './commands/upgrade.command.js';
import { userCommand } from './commands/user.command.js';
import { webhookCommand } from './commands/webhook.command.js';
import { workerCommand } from './commands/worker.command.js';

/** Every command, in the order help shows them; a room adds its own here. */
const commands: readonly ((cli: CliContext) => Command)[] = [
  serveCommand,
  restartCommand,
  workerCommand,
  setupCommand,
  importCommand,
  exportCommand,
  changeCommand,
  demoCommand,
  pluginCommand,
  userCommand,
  tokenCommand,
  eventCommand,
  webhookCommand,
  jobCommand,
  backupCommand,
  restoreCommand,
  releaseCommand,
  upgradeCommand,
  searchCommand,
  doctorCommand,
  explainCommand,
  configCommand,
];

/** Builds the command line. */
export function createProgram(cli: CliContext): Command {
  const program = new Command('trellis')
    .description('Trellis CRM: a small core on which plugins grow.')
    .option('--json', 'print the result as JSON')
    .option('--data-dir <folder>', 'data folder, instead of ./data (TRELLIS_DATA_DIR)')
    .showSuggestionAfterError()
    .showHelpAfterError('Run `trellis --help` for the commands.')
    .addHelpText('after', examples)
    .exitOverride();
  program.hook('preAction', (root) => {
    const { json, ...overrides } = root.opts<Readonly<Record<string, unknown>>>();
    cli.output.isJson = json === true;
    cli.override(overrides);
  });
  for (const create of commands) program.addCommand(create(cli).copyInheritedSettings(program));
  return program;
}

const examples = `
Examples:
  trellis serve                  start everything; then open http://localhost:3000
  trellis serve --port 8080      on another port
  trellis import accounts.csv    import a file whose mapping stands beside it
  trellis export contacts        a list as CSV, for a pipe or with --out for a file
  trellis backup                 everything into one file under ./data/backups
  trellis doctor                 what is installed where, and what is wrong with it
  trellis config --json          every setting, for a program to read

Settings come from the command line, the environment, trellis.config.json and defaults, in this order.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 already running.`;
