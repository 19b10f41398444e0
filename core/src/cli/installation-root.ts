import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder whose `data`, `plugins` and `trellis.config.json` are ours: the clone this code lies in, from wherever it is
 * called, so that a command finds the same data as the server; else, for an installed package, the working folder.
 */
export function findInstallationRoot(workingFolder: string): string {
  const core = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const clone = dirname(core);
  return existsSync(join(clone, 'scripts', 'setup', 'prepare.js')) ? clone : workingFolder;
}
