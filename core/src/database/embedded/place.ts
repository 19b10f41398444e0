import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { canEnter, findServerUser, type SystemUser } from './system-user.js';
import { copyNativePackage, findNativePackage, linkLibraries, type NativePackage } from './native-package.js';

/** Where one embedded database lives and as whom it runs. */
export interface EmbeddedPlace {
  /** Folder of everything below; moved into place as a whole, so it is complete or absent. */
  readonly home: string;
  /** PostgreSQL's own data folder. */
  readonly cluster: string;
  /** File with the superuser's password, mode 0600. */
  readonly passwordFile: string;
  readonly logFile: string;
  /** Folder of the binaries that are run. */
  readonly native: string;
  readonly version: string;
  /** Undefined = the user of this process. */
  readonly user: SystemUser | undefined;
}

/**
 * Decides on the place: `<dataDir>/postgres` and the installed binaries, unless the user that PostgreSQL must run as
 * cannot reach them (root's own folders are 0700); then `/var/lib/trellis/<hash of dataDir>`.
 * @param given other binaries than those that npm installed with us
 */
export async function findPlace(dataDir: string, given?: NativePackage): Promise<EmbeddedPlace> {
  await mkdir(dataDir, { recursive: true });
  const folder = await realpath(dataDir);
  const user = await findServerUser(join(folder, 'postgres', 'cluster'));
  const elsewhere = join('/var/lib/trellis', createHash('sha256').update(folder).digest('hex').slice(0, 12));
  const isReachable = user === undefined || (await canEnter(folder, user));
  const home = join(isReachable ? folder : await makeElsewhere(elsewhere), 'postgres');
  const source = given ?? (await findNativePackage());
  const native = await placeBinaries(source, isReachable ? folder : elsewhere, elsewhere, user);
  return { ...pathsIn(home), native, version: source.version, user };
}

/** The files of an embedded database whose folder is `home`. */
export function pathsIn(home: string): Pick<EmbeddedPlace, 'home' | 'cluster' | 'passwordFile' | 'logFile'> {
  return {
    home,
    cluster: join(home, 'cluster'),
    passwordFile: join(home, 'password'),
    logFile: join(home, 'postgres.log'),
  };
}

/** @returns the folder of the binaries that are run */
async function placeBinaries(
  { folder, version }: NativePackage,
  base: string,
  elsewhere: string,
  user: SystemUser | undefined,
): Promise<string> {
  const isReachable = user === undefined || (await canEnter(folder, user));
  if (isReachable && (await linkLibraries(folder))) return folder;
  const native = join(isReachable ? base : await makeElsewhere(elsewhere), `native-${version}`);
  await copyNativePackage(folder, native);
  return native;
}

async function makeElsewhere(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}
