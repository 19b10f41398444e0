import { setTimeout as pause } from 'node:timers/promises';
import { Command } from 'commander';
import { readInstance } from '../../supervisor/index.js';
import { readSchemaState } from '../checks/examinable-workspace.js';
import type { CliContext } from '../cli-context.js';
import { backupPath, takeBackup } from './backup.command.js';

/** `trellis upgrade`: backup, plan, migrate, restart, after new code was put into place. */
export function upgradeCommand(cli: CliContext): Command {
  return new Command('upgrade')
    .summary('move the data to the version of this program')
    .description(
      'Run it after the new code is in place (git pull, npm ci): takes a backup, applies what is new to the database and replaces the server processes one by one.',
    )
    .option('--plan', 'only show what would be done')
    .action((options: { readonly plan?: boolean }) => (options.plan === true ? showPlan(cli) : upgrade(cli)));
}

interface UpgradePlan {
  /** Names of core's migrations. */
  readonly core: readonly string[];
  /** What plugins whose code changed bring along. */
  readonly plugins: readonly {
    readonly id: string;
    readonly from: string;
    readonly to: string;
    readonly migrations: readonly string[];
  }[];
}

async function showPlan(cli: CliContext): Promise<void> {
  const plan = await readPlan(cli);
  cli.output.result(plan, () => toLines(plan));
}

async function upgrade(cli: CliContext): Promise<void> {
  const { config } = cli;
  const note = (line: string): void => cli.output.note(line);
  await moveData(cli);
  const plan = await readPlan(cli);
  for (const line of toLines(plan)) note(line);
  const file = backupPath(config.dataDir, 'before-upgrade');
  await takeBackup(cli, file);
  note(`Backup: ${file}`);
  // Opening it applies what is new, in phases that the old processes survive.
  await cli.workspace();
  const isReplaced = await replaceProcesses(cli);
  cli.output.result({ backup: file, plan, isReplaced }, () => [
    'The database has the version of this program',
    isReplaced
      ? 'The server processes were replaced'
      : 'No server runs on this data folder: start it, and restart those on other machines',
  ]);
}

/** A folder of another PostgreSQL can be moved only while nobody uses it. */
async function moveData({ config, log, output }: CliContext): Promise<void> {
  if (config.databaseUrl !== undefined || (await readInstance(config.dataDir)) !== undefined) return;
  const { moveFromOtherMajor } = await import('../../backup/move-major.js');
  await moveFromOtherMajor({ ...config, log, print: (line) => output.note(line) });
}

async function readPlan(cli: CliContext): Promise<UpgradePlan> {
  const { pending } = await readSchemaState(cli);
  const { database } = await cli.database();
  const { readPluginChanges } = await import('../../kernel/lifecycle/changed-packages.js');
  const client = await database.connectDirect();
  try {
    return { core: pending, plugins: await readPluginChanges(database.knex, client) };
  } finally {
    await client.end();
  }
}

function toLines({ core, plugins }: UpgradePlan): string[] {
  const lines = [
    ...core.map((name) => `core: ${name}`),
    ...plugins.flatMap(({ id, from, to, migrations }) => [
      `${id}: ${from === to ? `changed code of ${to}` : `${from} → ${to}`}`,
      ...migrations.map((name) => `${id}: ${name}`),
    ]),
  ];
  return lines.length === 0 ? ['Nothing to migrate'] : ['To do:', ...lines.map((line) => `  ${line}`)];
}

const replaceMs = 120_000;

/** @returns false when no server runs here */
async function replaceProcesses(cli: CliContext): Promise<boolean> {
  const instance = await readInstance(cli.config.dataDir);
  if (instance?.state !== 'running' || process.platform === 'win32') return false;
  const { database } = await cli.database();
  const { readLiveProcesses } = await import('../../kernel/lifecycle/processes.js');
  const before = new Set((await readLiveProcesses(database.knex)).map(({ id }) => id));
  process.kill(instance.pid, 'SIGUSR2');
  const deadline = Date.now() + replaceMs;
  while (Date.now() < deadline) {
    const live = await readLiveProcesses(database.knex);
    if (live.length > 0 && live.every(({ id }) => !before.has(id))) return true;
    await pause(200);
  }
  throw new Error('The server processes were not replaced within 2 minutes: read the log of the server');
}
