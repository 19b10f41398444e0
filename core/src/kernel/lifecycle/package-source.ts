import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MalformedError, PluginError, TooLargeError, type TrellisError } from '@trellis-crm/sdk';
import { extract } from 'tar';
import { readPlugin } from '../manifest/plugin-package.js';
import { completeDependencies } from './bundled-dependencies.js';
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
      // Says what is wrong with the folder that was named, not with a copy of it.
      await readPlugin(source);
      for (const file of await listPluginFiles(source)) await copyFile(join(source, file), join(folder, file));
      await completeDependencies(source, folder);
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
      const guard = new EntryGuard();
      const unpack = extract({
        cwd: folder,
        strip: 1,
        strict: true,
        preserveOwner: false,
        filter: guard.accepts,
      });
      try {
        await pipeline(createReadStream(path), unpack, { signal: guard.signal });
      } catch (error) {
        throw guard.problem ?? brokenPackage(path, error);
      }
      if (guard.problem !== undefined) throw guard.problem;
      if (existsSync(join(folder, 'package.json'))) await completeDependencies(folder, folder);
    },
  };
}

/** Looks at each entry before it is written. It only notes what it refuses: tar calls it where nobody would catch an error. */
class EntryGuard {
  problem: TrellisError | undefined;
  readonly #abort = new AbortController();
  #files = 0;
  #bytes = 0;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  readonly accepts = (path: string, entry: object): boolean => {
    const { type, size } = entry as { readonly type?: string; readonly size: number };
    this.#files += 1;
    this.#bytes += size;
    const isTooBig = this.#files > maxFiles || this.#bytes > maxBytes;
    if (isTooBig) this.#stop(new TooLargeError('package_too_large', { maxFiles, maxBytes }));
    else if (!isSafe(path, type ?? '')) this.#refuse(unsafePackage(path, type ?? ''));
    return this.problem === undefined;
  };

  /** A small archive can hold a very big file: it is not even read to its end. */
  #stop(problem: TrellisError): void {
    this.#refuse(problem);
    this.#abort.abort();
  }

  #refuse(problem: TrellisError): void {
    this.problem ??= problem;
  }
}

const plainTypes: ReadonlySet<string> = new Set(['File', 'Directory', 'OldFile', 'ContiguousFile']);

function isSafe(path: string, type: string): boolean {
  const leadsOut = path.startsWith('/') || /^[a-z]:/i.test(path) || path.split(/[/\\]/).includes('..');
  return plainTypes.has(type) && !leadsOut && !path.includes('\0');
}

function unsafePackage(path: string, type: string): PluginError {
  return new PluginError(
    'package_unsafe',
    { path, type },
    { message: `The package contains "${path}" (${type}), which could write outside its folder` },
  );
}

function brokenPackage(path: string, cause: unknown): PluginError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PluginError('package_broken', { path }, { message: `The package cannot be unpacked: ${reason}`, cause });
}

async function copyFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { dereference: true });
}
