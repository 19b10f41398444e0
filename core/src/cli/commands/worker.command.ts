import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis worker`: jobs and deliveries in a process of their own. */
export function workerCommand(cli: CliContext): Command {
  return new Command('worker')
    .summary('run jobs and deliver events, without a web server')
    .description(
      `Works for the installation of this folder, or of DATABASE_URL, beside its server processes until Ctrl-C. Any number may run,
on any machine that reaches the database.`,
    )
    .action(async () => {
      const { superviseWorker } = await import('../../supervisor/index.js');
      await superviseWorker(cli.config, { log: cli.log, print: (line) => process.stdout.write(`${line}\n`) });
    });
}
