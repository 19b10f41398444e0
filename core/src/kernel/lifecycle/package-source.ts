import { createReadStream } from 'node:fs';
import { cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MalformedError, PluginError, TooLargeError } from '@trellis-crm/sdk';
import { extract } from 'tar';
import { copyDependencies } from './bundled-dependencies.js';
import { listPluginFiles } from './plugin-files.js';

/** Where a plugin's package comes from. The marketplace will be another one. */
export interface PackageSource {
  /** Puts the package's files, with the npm packages it needs beside the SDK, into an empty folder. */
  unpackInto(folder: string): Promise<void>;
}

/** A folder, or a `.tgz` as `npm pack` makes it. @throws PluginError `source_missing`, MalformedError `source_unknown` */
export async function packageSource(path: string): Promise<PackageSource> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new PluginError('source_missing', { path }, { message: `${path} does not exist` });
  if (found.isDirectory()) return folderSource(resolve(path));
  if (/\.(tgz|tar\.gz)$/.test(path)) return archiveSource(path);
  throw new MalformedError('source_unknown', { path }, { message: `${path} is neither a folder nor a .tgz` });
}

/** A built plugin in a folder. Its npm packages are looked for as Node would, and copied along. */
export function folderSource(source: string): PackageSource {
  return {
    async unpackInto(folder) {
      for (const file of await listPluginFiles(source)) await copyFile(join(source, file), join(folder, file));
      await copyDependencies(source, folder);
    },
  };
}

/** Files and bytes a package may have. */
const maxFiles = 5000;
const maxBytes = 100 * 1024 * 1024;

/** A packed plugin. Links, absolute paths and paths that lead out are refused; so is what is far too big. */
export function archiveSource(path: string): PackageSource {
  return {
    async unpackInto(folder) {
      const seen = { files: 0, bytes: 0 };
      const onReadEntry = (entry: { readonly path: string; readonly type: string; readonly size: number }): void => {
        seen.files += 1;
        seen.bytes += entry.size;
        checkEntry(entry);
        if (seen.files > maxFiles || seen.bytes > maxBytes)
          throw new TooLargeError('package_too_large', { maxFiles, maxBytes });
      };
      try {
        await pipeline(
          createReadStream(path),
          extract({ cwd: folder, strip: 1, strict: true, preserveOwner: false, noChmod: true, onReadEntry }),
        );
      } catch (error) {
        if (error instanceof PluginError || error instanceof TooLargeError) throw error;
        throw new PluginError(
          'package_broken',
          { path },
          {
            message: `${path} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`,
            cause: error,
          },
        );
      }
    },
  };
}

function checkEntry({ path, type }: { readonly path: string; readonly type: string }): void {
  const isPlain = type === 'File' || type === 'Directory' || type === 'OldFile' || type === 'ContiguousFile';
  const isInside =
    !path.startsWith('/') && !/^[a-z]:/i.test(path) && !path.split(/[/\\]/).includes('..') && !path.includes('\0');
  if (isPlain && isInside) return;
  throw new PluginError(
    'package_unsafe',
    { path, type },
    { message: `The package contains "${path}" (${type}), which could write outside its folder` },
  );
}

async function copyFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}
