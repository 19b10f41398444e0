import { readdirSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Folder of what scripts remember between runs; may be deleted at any time. */
export const stateFolder = join(root, '.trellis');

/** Every workspace folder, relative to the root; those of plugins are found, not listed. */
export function listPackages() {
  const plugins = readdirSync(join(root, 'plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [`plugins/${name}/contract`, `plugins/${name}`]);
  return ['sdk', 'config', 'migrations', 'core', ...plugins].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

/** Every folder with tests: those of the packages, and `test` for what crosses them. */
export function listTestProjects() {
  return [...listPackages().map((folder) => `${folder}/test`), 'test'].filter((folder) =>
    existsSync(join(root, folder, 'tsconfig.json')),
  );
}
