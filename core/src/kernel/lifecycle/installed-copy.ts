import { lstat, mkdir, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { uuidV7 } from '../../database/uuid-v7.js';
import { checkSdk, readPlugin, type DescribedPlugin } from '../manifest/plugin-package.js';
import { hashPlugin } from './plugin-files.js';
import type { PackageSource } from './package-source.js';

/** A plugin's files in the data folder, named by version and content: a copy is never changed. */
export interface InstalledCopy {
  readonly plugin: DescribedPlugin;
  readonly integrity: string;
}

/**
 * Unpacks a package aside, checks it and only then puts it into place. Running it again gives the same copy.
 * @throws PluginError when the package or its manifest is not in order; nothing is left then
 */
export async function makeCopy(source: PackageSource, dataDir: string): Promise<InstalledCopy> {
  const draft = join(pluginsHome(dataDir), '.drafts', uuidV7());
  await mkdir(draft, { recursive: true });
  try {
    await source.unpackInto(draft);
    const { id, version, ...rest } = await readPlugin(draft);
    checkSdk({ id, version, sdk: rest.sdk });
    const integrity = await hashPlugin(draft);
    const folder = join(pluginsHome(dataDir), id, `${version}-${integrity.slice(0, 12)}`);
    await mkdir(dirname(folder), { recursive: true });
    if (!(await isFolder(folder))) await rename(draft, folder);
    await linkSdk(dataDir);
    return { plugin: await readPlugin(folder), integrity };
  } finally {
    // Retried: an unpacking that was stopped may still write its last file.
    await rm(draft, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Deletes an installed copy; a plugin that runs where its author works on it is left alone. */
export async function forgetCopy(dataDir: string, location: string): Promise<void> {
  if (dirname(dirname(location)) !== pluginsHome(dataDir)) return;
  await rm(location, { recursive: true, force: true });
}

/** Lets installed copies find the SDK, wherever the data folder is. Renewed at each start: the program may have moved. */
export async function linkSdk(dataDir: string): Promise<void> {
  const link = join(pluginsHome(dataDir), 'node_modules', '@trellis-crm', 'sdk');
  const target = await realpath(fileURLToPath(new URL('..', import.meta.resolve('@trellis-crm/sdk'))));
  if ((await realpath(link).catch(() => undefined)) === target) return;
  await mkdir(dirname(link), { recursive: true });
  if ((await lstat(link).catch(() => undefined)) !== undefined) await rm(link, { recursive: true });
  // A junction needs no privilege on Windows; elsewhere the kind is ignored.
  await symlink(target, link, 'junction');
}

function pluginsHome(dataDir: string): string {
  return join(dataDir, 'plugins');
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
