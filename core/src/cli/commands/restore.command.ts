import { resolve } from 'node:path';
import { StartError } from '@trellis-crm/config';
import { Command } from 'commander';
import type { RestoredArchive } from '../../backup/index.js';
import { readInstance } from '../../supervisor/index.js';
import type { CliContext } from '../cli-context.js';
import { contentsAmiss } from './backup.command.js';

/** `trellis restore <file>`: a backup into an empty database, held until it is released. */
export function restoreCommand(cli: CliContext): Command {
  return new Command('restore')
    .summary('restore a backup into an empty database')
    .description(
      'Checks the whole file first. The restored copy sends nothing (deliveries, jobs, mails, webhooks) until `trellis release`. Restore only files you trust: they hold SQL.',
    )
    .argument('<file>', 'what `trellis backup` wrote')
    .option('--force', 'when the embedded database is not empty, keep it aside and restore into a new one')
    .action((file: string, options: { readonly force?: boolean }) =>
      options.force === true ? restoreAside(cli, resolve(file)) : restore(cli, resolve(file)),
    );
}

/** `trellis release`: lets a restored copy act on the world outside. */
export function releaseCommand(cli: CliContext): Command {
  return new Command('release')
    .summary('let a restored copy send again')
    .description(
      'Ends the hold of a restored copy: what waits is delivered and run from now on. Do it on one copy only.',
    )
    .action(async () => {
      const { database } = await cli.workspace();
      const { releaseHold } = await import('../../hold/index.js');
      const ended = await releaseHold(database.knex);
      cli.output.result({ released: ended !== null, held: ended }, () =>
        ended === null
          ? 'The workspace is not held'
          : `Released; it was held since ${ended.since.toISOString()}, ${ended.reason}`,
      );
    });
}

async function restore(cli: CliContext, path: string, kept?: string): Promise<void> {
  const restored = await restoreInto(cli, path);
  const { header, trailer, hasKey, spoilt } = restored;
  const rows = Object.values(trailer.tables).reduce((sum, { count }) => sum + count, 0);
  cli.output.result(
    { header, tables: trailer.tables, files: trailer.files, hasKey, spoilt, kept: kept ?? null },
    () => [
      `Restored ${rows.toLocaleString('en')} rows of ${Object.keys(trailer.tables).length} tables, as of ${header.createdAt}`,
      ...(kept === undefined ? [] : [`The database before it is kept in ${kept}`]),
      ...(hasKey
        ? []
        : ['Secret settings cannot be read here: bring secrets.key of the old data folder along, or set them again']),
      ...contentsAmiss(spoilt, 'were not what was kept when the backup was taken and are left out'),
      'It is held: it sends nothing until `trellis release`',
    ],
  );
}

async function restoreInto(cli: CliContext, path: string): Promise<RestoredArchive> {
  const { restoreBackup } = await import('../../backup/index.js');
  const { database } = await cli.database();
  const { dataDir, pluginsDir } = cli.config;
  const client = await database.connectDirect();
  const progress = cli.output.progress('Restore');
  try {
    return await restoreBackup(path, {
      client,
      folders: { dataDir, pluginsDir },
      now: new Date(),
      isHeld: true,
      onTable: (_name, index, total) => progress.update(index + 1, total),
    });
  } finally {
    progress.end();
    await client.end();
  }
}

async function restoreAside(cli: CliContext, path: string): Promise<void> {
  await refuseForeignOrRunning(cli);
  const { checkArchive } = await import('../../backup/index.js');
  await checkArchive(path);
  const { setClusterAside } = await import('../../database/embedded/set-aside.js');
  const aside = await setClusterAside(cli.config.dataDir, new Date());
  try {
    await restore(cli, path, aside.kept);
  } catch (error) {
    await cli.close();
    await aside.undo();
    throw error;
  }
}

async function refuseForeignOrRunning({ config }: CliContext): Promise<void> {
  if (config.databaseUrl !== undefined)
    throw new StartError('--force works with the embedded database only', {
      reason: 'databases of another server are made and removed by whoever runs it',
      fix: 'create an empty database, name it in DATABASE_URL and restore without --force',
    });
  const instance = await readInstance(config.dataDir);
  if (instance === undefined) return;
  throw new StartError('The server runs on this data folder', {
    reason: `pid ${instance.pid}`,
    fix: 'stop it first',
    exitCode: 3,
  });
}
