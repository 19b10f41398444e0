import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '@trellis-crm/config';
import { readMajor } from './old-binaries.js';
import { programIn } from './native-package.js';
import { pathsIn, type EmbeddedPlace } from './place.js';
import { serverEnvironment } from './postmaster.js';

const run = promisify(execFile);

/** Name of the superuser of an embedded cluster. */
export const superuser = 'trellis';

/**
 * Creates the cluster when there is none. It is made in a folder beside and moved into place, so a crash leaves nothing
 * half-made and of two starts at once one wins. @throws StartError when initdb fails or the data is another version's
 */
export async function ensureCluster(place: EmbeddedPlace, isDurable: boolean): Promise<void> {
  if (await exists(place.cluster)) return checkVersion(place);
  const draft = pathsIn(`${place.home}.new-${process.pid}-${randomBytes(3).toString('hex')}`);
  try {
    await makeCluster({ ...place, ...draft }, isDurable);
    await rename(draft.home, place.home);
  } catch (error) {
    if (!(await exists(place.cluster))) throw error;
  } finally {
    await rm(draft.home, { recursive: true, force: true });
  }
}

/** Makes a cluster in an empty home. @throws StartError when initdb fails */
export async function makeCluster(place: EmbeddedPlace, isDurable: boolean): Promise<void> {
  await mkdir(place.home, { mode: 0o700 });
  await writeFile(place.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (place.user !== undefined) {
    await chown(place.passwordFile, place.user.uid, place.user.gid);
    await chown(place.home, place.user.uid, place.user.gid);
  }
  try {
    await run(programIn(place.native, 'initdb'), initdbArguments(place, isDurable), {
      cwd: place.home,
      env: serverEnvironment(),
      ...(place.user ?? {}),
    });
    const lines = Object.entries({ ...settings, shared_buffers: `${cacheMb()}MB` }).map(
      ([name, value]) => `${name} = '${value}'\n`,
    );
    await appendFile(join(place.cluster, 'postgresql.conf'), `\n${lines.join('')}`);
  } catch (error) {
    throw new StartError('The embedded PostgreSQL could not create its data folder', {
      reason: error instanceof Error ? error.message : String(error),
      fix: `check that ${join(place.home, '..')} is writable and has 100 MB of space`,
      cause: error,
    });
  }
}

/** Sorts by code point on every machine: an index must not depend on the libc that built it. */
function initdbArguments(place: EmbeddedPlace, isDurable: boolean): string[] {
  const locale =
    process.platform === 'linux'
      ? ['--locale-provider=libc', '--lc-collate=C', '--lc-ctype=C.UTF-8']
      : ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  return [
    `--pgdata=${place.cluster}`,
    `--username=${superuser}`,
    `--pwfile=${place.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--data-checksums',
    '--lc-messages=C',
    '--no-instructions',
    ...locale,
    ...(isDurable ? [] : ['--no-sync']),
  ];
}

/** Written into postgresql.conf once; the operator may change them there. Logs keep no statements and no values. */
const settings: Readonly<Record<string, string>> = {
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  jit: 'off',
};

const megabyte = 1024 * 1024;

/**
 * The server's own cache in MB: an eighth of the memory that this process may use, for the application and the system's cache live on the
 * same machine; between PostgreSQL's default and 1 GB. A row that is not in it is copied from the system each time it is read.
 */
export function cacheMb(memoryBytes = Math.min(totalmem(), process.constrainedMemory() || Infinity)): number {
  return Math.min(1024, Math.max(128, Math.round(memoryBytes / 8 / megabyte)));
}

async function checkVersion(place: EmbeddedPlace): Promise<void> {
  const found = await readMajor(place.cluster);
  const ours = place.version.split('.')[0] ?? '';
  if (found === undefined || found === ours) return;
  throw new StartError('The data folder was written by another PostgreSQL', {
    reason: `${place.cluster} is version ${found}, the installed server is version ${ours}`,
    fix: 'start the server, or run `trellis upgrade`: either moves the data and keeps the old folder',
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') throw unreadable(path, error);
      return false;
    },
  );
}

function unreadable(path: string, cause: Error): StartError {
  return new StartError('The database folder cannot be read', {
    reason: `${path} belongs to another user`,
    fix: 'start as the user who created it, or as root',
    cause,
  });
}
