import { open } from 'node:fs/promises';
import type { ClientBase } from 'pg';
import type { ArchiveTrailer } from './archive-format.js';
import { pieceBytes } from './package-places.js';

/** Contents that people keep with records, below the data folder: `files/<first two digits>/<SHA-256>`. */
const contentName = /^files\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;

/** Whether a file of an archive is such a content. */
export function isContent(name: string): boolean {
  return contentName.test(name);
}

/** Names of the contents that the rows of the snapshot speak of, in order. A database of an older program has none. */
export async function listContents(client: ClientBase): Promise<readonly string[]> {
  const { rows: tables } = await client.query<{ name: string | null }>(
    `select to_regclass('core.files')::text as name`,
  );
  if (tables[0]?.name === null) return [];
  const { rows } = await client.query<{ sha256: string }>('select distinct sha256 from core.files order by 1');
  return rows.map(({ sha256 }) => `files/${sha256.slice(0, 2)}/${sha256}`);
}

/** A content in pieces; null when it is lost. Once it is open it can be read to its end, whoever removes it meanwhile. */
export async function openContent(path: string): Promise<AsyncIterable<Buffer> | null> {
  try {
    const handle = await open(path);
    return handle.createReadStream({ highWaterMark: pieceBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Contents of an archive that are not what their names say: content is found by its hash, so these are none of ours, spoilt or forged. */
export function spoiltContents(files: ArchiveTrailer['files']): ReadonlySet<string> {
  const spoilt = Object.entries(files).filter(([name, { sha256 }]) => {
    const hash = contentName.exec(name)?.[2];
    return hash !== undefined && hash !== sha256;
  });
  return new Set(spoilt.map(([name]) => name));
}
