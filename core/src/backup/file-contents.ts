import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { damaged } from './archive-reader.js';
import type { ArchiveTrailer } from './archive-format.js';

/** Contents that people keep with records, below the data folder: `files/<first two digits>/<SHA-256>`. */
const contentName = /^files\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;

/** Whether a file of an archive is such a content. */
export function isContent(name: string): boolean {
  return contentName.test(name);
}

/**
 * Names of the contents that the rows of the snapshot speak of, in order. One that is lost already is left out: the rest is worth keeping,
 * and its files answer as they do here. A database of an older program has none.
 */
export async function listContents(client: ClientBase, dataDir: string): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('core.files')::text as name`,
  );
  if (tables[0]?.name === null) return [];
  const { rows } = await client.query<{ sha256: string }>('select distinct sha256 from core.files order by 1');
  const names: string[] = [];
  for (const { sha256 } of rows) {
    const name = `files/${sha256.slice(0, 2)}/${sha256}`;
    if (await isThere(join(dataDir, name))) names.push(name);
  }
  return names;
}

/** Content is found by its hash, so another one under its name is none of ours. @throws ArchiveError `archive_damaged` */
export function refuseWrongNames({ files }: ArchiveTrailer): void {
  for (const [name, { sha256 }] of Object.entries(files)) {
    const hash = contentName.exec(name)?.[2];
    if (hash !== undefined && hash !== sha256) throw damaged(`file ${name} is not what its name says`);
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
