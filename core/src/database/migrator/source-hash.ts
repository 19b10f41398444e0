import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Hashes the sources of migrations below a folder, by migration name: each stands in a file of its own, `<name>.ts`. */
export async function hashSources(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && migrationFile.test(entry.name));
  const hashes = await Promise.all(
    files.map(
      async (file) => [file.name.slice(0, -'.ts'.length), await hashFile(join(file.parentPath, file.name))] as const,
    ),
  );
  return new Map(hashes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const migrationFile = /^\d{14}_[a-z0-9-]+\.ts$/;

/** Line ends are taken as LF: a checkout on Windows has the same migrations. */
async function hashFile(path: string): Promise<string> {
  const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n');
  return createHash('sha256').update(text).digest('hex');
}
