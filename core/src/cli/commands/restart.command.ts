import { StartError } from '@trellis-crm/config';
import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis restart`: new server processes in place of the old ones, without a gap. */
export function restartCommand(cli: CliContext): Command {
  return new Command('restart')
    .summary('replace the server processes one by one')
    .description(
      'Has the running `trellis serve` of this folder start a new process for each old one, which ends when its requests are done.',
    )
    .action(() => restart(cli));
}

async function restart(cli: CliContext): Promise<void> {
  const { readInstance } = await import('../../supervisor/index.js');
  const instance = await readInstance(cli.config.dataDir);
  if (instance?.state !== 'running') throw notRunning(cli);
  if (process.platform === 'win32') throw noSignals();
  process.kill(instance.pid, 'SIGUSR2');
  cli.output.result({ pid: instance.pid }, () => `The processes of ${instance.url ?? 'the server'} are being replaced`);
}

function notRunning(cli: CliContext): StartError {
  return new StartError('Nothing runs that could be restarted', {
    reason: `no server uses the data folder ${cli.config.dataDir}, or it is only starting or stopping`,
    fix: 'start it: npm start; or name its folder with --data-dir',
  });
}

function noSignals(): StartError {
  return new StartError('A running server cannot be told so on Windows', {
    reason: 'it has no signals for that',
    fix: 'stop it with Ctrl-C and start it again: npm start',
  });
}
