import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis serve`: what `npm start` runs. */
export function serveCommand(cli: CliContext): Command {
  return new Command('serve')
    .summary('start the server')
    .description('Starts the embedded database and the server, and keeps both running until Ctrl-C.')
    .option('--port <number>', 'port of the web server (PORT)')
    .option('--host <address>', 'address it listens on (HOST)')
    .option('--processes <number>', 'number of server processes (TRELLIS_PROCESSES)')
    .option('--demo', 'set an empty installation up with demo users and records (TRELLIS_DEMO)')
    .action(async (options: Readonly<Record<string, unknown>>) => {
      cli.override(options);
      const { supervise } = await import('../../supervisor/index.js');
      await supervise(cli.config, {
        log: cli.log,
        print: (line) => process.stdout.write(`${line}\n`),
      });
    });
}
