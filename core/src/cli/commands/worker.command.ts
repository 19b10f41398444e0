import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** As `EX_TEMPFAIL`: whoever keeps it running should start it again. */
const startAgain = 75;
/** What still runs then is given up; others take it over. */
const drainMs = 10_000;

/** `trellis worker`: jobs and deliveries in a process of their own. */
export function workerCommand(cli: CliContext): Command {
  return new Command('worker')
    .summary('run jobs and deliver events, without a web server')
    .description(
      `Works for the installation of this folder, or of DATABASE_URL, beside its server processes until Ctrl-C. Any number may run,
on any machine that reaches the database. It ends with exit code ${startAgain} when a plugin got new code or its database went
away: let whatever keeps it running start it again.`,
    )
    .action(() => work(cli));
}

async function work(cli: CliContext): Promise<void> {
  const { listenForStop } = await import('../../supervisor/index.js');
  const { startWorker } = await import('../../worker.js');
  const stop = listenForStop();
  const worker = await startWorker(cli.config);
  process.stdout.write(`Trellis CRM works in process ${process.pid}\n`);
  const reason = await Promise.race([worker.ended, stop.wanted]);
  process.stdout.write(`Stopping: ${reason ?? 'what runs is finished first. Ctrl-C again to stop at once.'}\n`);
  process.exitCode = reason === undefined ? 0 : startAgain;
  setTimeout(() => process.exit(), drainMs).unref();
  void stop.urgent.then(() => process.exit());
  await worker.stop();
}
