import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeManifest } from './write-manifest.js';

/** Build step: `node write-manifests.js [folder …]` writes the manifests of the given plugins, or of all below `plugins`. */
const given = process.argv.slice(2);
const folders = given.length > 0 ? given.map((folder) => resolve(folder)) : await pluginFolders('plugins');
for (const folder of folders) {
  try {
    if (await writeManifest(folder)) process.stdout.write(`wrote ${join(folder, 'manifest.json')}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function pluginFolders(parent: string): Promise<readonly string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => resolve(parent, entry.name));
  const built = await Promise.all(
    folders.map((folder) =>
      stat(join(folder, 'package.json')).then(
        () => true,
        () => false,
      ),
    ),
  );
  return folders.filter((_, index) => built[index] === true);
}
