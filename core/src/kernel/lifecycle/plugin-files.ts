import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Parts of a plugin's folder that run; sources and tests do not. */
const runningParts = ['dist', 'views', 'locales', 'assets', 'node_modules'];

/** Files of a plugin that decide what it does, as paths below its folder, sorted. */
export async function listPluginFiles(folder: string): Promise<readonly string[]> {
  const parts = await Promise.all(runningParts.map((part) => listFiles(join(folder, part))));
  const files = parts.flat().map((file) => relative(folder, file).split(sep).join('/'));
  const running = files.filter(
    (file) => !file.endsWith('.map') && !file.endsWith('.tsbuildinfo') && !file.endsWith('.d.ts'),
  );
  return ['package.json', 'manifest.json', ...running].sort();
}

/** Hash of a plugin's files: the identity of its code. */
export async function hashPlugin(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await listPluginFiles(folder)) {
    hash
      .update(file)
      .update('\0')
      .update(await readFile(join(folder, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
