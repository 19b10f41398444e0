import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext } from '../cli-context.js';

/** `trellis backup [file]`: everything of the installation in one file, while it runs. */
export function backupCommand(cli: CliContext): Command {
  return new Command('backup')
    .summary('write everything into one file, while the server runs')
    .description(
      'Writes records, settings, plugins and their packages as of one moment, checked by hashes. Keep the file elsewhere, as safe as the database.',
    )
    .argument('[file]', 'new file; <data folder>/backups/<time>.ndjson.zst when left out')
    .option('--with-key', 'also the key of secret settings: whoever has the file can then read them')
    .action((file: string | undefined, options: { readonly withKey?: boolean }) =>
      backUp(cli, file === undefined ? undefined : resolve(file), options.withKey === true),
    );
}

/** Takes a backup and remembers it for `trellis doctor`. @returns its path */
export async function takeBackup(cli: CliContext, path: string, withKey = false) {
  const { createBackup, noteBackup } = await import('../../backup/index.js');
  const { database } = await cli.database();
  const { dataDir, pluginsDir } = cli.config;
  const client = await database.connectDirect();
  const progress = cli.output.progress('Backup');
  try {
    const archive = await createBackup(path, {
      client,
      withKey,
      folders: { dataDir, pluginsDir },
      onTable: (_name, index, total) => progress.update(index + 1, total),
    });
    await noteBackup(dataDir, { file: path, at: new Date(), sizeBytes: archive.sizeBytes });
    return archive;
  } finally {
    progress.end();
    await client.end();
  }
}

/** Where a backup of this moment goes unless somebody says otherwise. */
export function backupPath(dataDir: string, what = 'trellis'): string {
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-');
  return join(dataDir, 'backups', `${what}-${time}.ndjson.zst`);
}

async function backUp(cli: CliContext, given: string | undefined, withKey: boolean): Promise<void> {
  const path = given ?? backupPath(cli.config.dataDir);
  const { sizeBytes, body, tables, lost, spoilt } = await takeBackup(cli, path, withKey);
  const rows = Object.values(tables).reduce((sum, { count }) => sum + count, 0);
  cli.output.result({ file: path, sizeBytes, body, tables, lost, spoilt }, () => [
    `${path}: ${rows.toLocaleString('en')} rows of ${Object.keys(tables).length} tables, ${(sizeBytes / 1e6).toFixed(1)} MB`,
    ...(withKey
      ? []
      : [
          `Secret settings need ${join(cli.config.dataDir, 'secrets.key')}, if there is one: keep it, too, apart from the backup`,
        ]),
    ...contentsAmiss(lost, 'are lost and left out'),
    ...contentsAmiss(spoilt, 'are not what was kept and cannot be restored; bring them back from an older backup'),
  ]);
  if (spoilt.length > 0) process.exitCode = 1;
}

/** Says which contents of files are not as they should be; the first of many. */
export function contentsAmiss(names: readonly string[], what: string): readonly string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 20).map((name) => `  ${name}`);
  return [`${names.length} contents of files ${what}:`, ...shown, ...(names.length > shown.length ? ['  …'] : [])];
}
