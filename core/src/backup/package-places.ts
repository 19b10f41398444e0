import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Folders whose paths differ from one installation to the next. */
export interface InstallationFolders {
  readonly dataDir: string;
  readonly pluginsDir: string;
}

/** Table whose rows say where plugins' packages lie. */
export const placesTable = 'core.plugins';

/** Puts names in the place of this installation's folders, in one row of {@link placesTable}. */
export function withoutFolders(row: readonly (string | null)[], folders: InstallationFolders): (string | null)[] {
  return replaceIn(row, [
    [folders.dataDir, names.dataDir],
    [folders.pluginsDir, names.pluginsDir],
  ]);
}

/** The way back, on whatever installation. */
export function withFolders(row: readonly (string | null)[], folders: InstallationFolders): (string | null)[] {
  return replaceIn(row, [
    [names.dataDir, folders.dataDir],
    [names.pluginsDir, folders.pluginsDir],
  ]);
}

/** Files of uploaded packages, below the data folder, with `/`, by name. Plugins of the installation itself come with it. */
export async function listPackageFiles(dataDir: string, locations: readonly string[]): Promise<readonly string[]> {
  const home = join(dataDir, 'plugins');
  const uploaded = [...new Set(locations)].filter((location) => location.startsWith(home + sep));
  const files = await Promise.all(uploaded.map(listFiles));
  return files
    .flat()
    .map((file) => relative(dataDir, file).split(sep).join('/'))
    .sort((left, right) => (left < right ? -1 : 1));
}

/** A file in pieces of {@link pieceBytes}. */
export function readPieces(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: pieceBytes });
}

/** Bytes of a file that are small enough for one line. */
export const pieceBytes = 48 * 1024;

const names = { dataDir: '{dataDir}', pluginsDir: '{pluginsDir}' };

/** A path stands in a column by itself, or in JSON text behind a quote. */
function replaceIn(row: readonly (string | null)[], pairs: readonly (readonly [string, string])[]): (string | null)[] {
  return row.map((value) => {
    if (value === null) return null;
    const pair = pairs.find(
      ([from]) => value === from || value.startsWith(`${from}/`) || value.startsWith(`${from}\\`),
    );
    if (pair !== undefined) return pair[1] + value.slice(pair[0].length);
    return value.startsWith('{') ? replaceInJson(value, pairs) : value;
  });
}

function replaceInJson(text: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((result, [from, to]) => {
    const [inside, outside] = [from, to].map((path) => JSON.stringify(path).slice(0, -1));
    return result
      .replaceAll(`${inside ?? ''}/`, `${outside ?? ''}/`)
      .replaceAll(`${inside ?? ''}\\\\`, `${outside ?? ''}\\\\`);
  }, text);
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
