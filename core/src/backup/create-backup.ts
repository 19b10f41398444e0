import { createHash } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SDK_VERSION } from '@trellis-crm/sdk';
import type { Client, ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { archiveFormat, archiveVersion, ArchiveError, type ArchiveHeader } from './archive-format.js';
import { ArchiveWriter, type WrittenArchive } from './archive-writer.js';
import { listContents, openContent, spoiltContents } from './file-contents.js';
import {
  listPackageFiles,
  placesTable,
  readPieces,
  withoutFolders,
  type InstallationFolders,
} from './package-places.js';
import { readBeginning, readEnding } from './schema-extras.js';
import { readObjects } from './schema-objects.js';
import { refuseUnsupported } from './schema-scope.js';
import { readSequences, readTables, type TableContent } from './table-content.js';

/** What a backup is made of. */
export interface BackupParts {
  /** A session without time-outs, in no transaction. */
  readonly client: Client;
  readonly folders: InstallationFolders;
  /** Whether the key of sealed settings goes along: then whoever has the archive can read them. */
  readonly withKey: boolean;
  /** Called with each table before its rows. */
  onTable?(name: string, index: number, total: number): void;
}

/** A backup, and what of the contents of files could not be carried as it was. */
export interface TakenBackup extends WrittenArchive {
  /** Names of contents that are not there any more. The rest is worth keeping, and their files answer as they do here. */
  readonly lost: readonly string[];
  /** Names of contents that are there and not what was kept: no restoration brings them back. */
  readonly spoilt: readonly string[];
}

/** Name of the file with the key of sealed settings, below the data folder. */
export const keyFile = 'secrets.key';

/**
 * Writes everything of the installation into one archive, as of one moment, while the server goes on.
 * @throws ArchiveError `archive_exists`, `archive_incomplete`
 */
export async function createBackup(path: string, parts: BackupParts): Promise<TakenBackup> {
  await refuseExisting(path);
  await mkdir(dirname(path), { recursive: true });
  const { client } = parts;
  await client.query(beginning);
  try {
    await refuseUnsupported(client);
    const writer = await ArchiveWriter.create(path, await headerOf(parts));
    try {
      const lost = await writeBody(writer, parts);
      const archive = await writer.finish();
      return { ...archive, lost, spoilt: [...spoiltContents(archive.files)] };
    } catch (error) {
      await writer.abort();
      throw error;
    }
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

/** First part of the SHA-256 of a key: tells keys apart and says nothing about them. */
export async function readKeyFingerprint(dataDir: string): Promise<string | null> {
  const key = await readFile(join(dataDir, keyFile)).catch(() => undefined);
  return key === undefined ? null : createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/** One snapshot for all statements, and texts that do not depend on anybody's settings. */
const beginning = `
  begin isolation level repeatable read read only;
  set local search_path = pg_catalog;
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres';
  set local extra_float_digits = 1;
  set local bytea_output = 'hex';
  set local lock_timeout = '10s'`;

async function headerOf({ client, folders }: BackupParts): Promise<ArchiveHeader> {
  const { rows } = await client.query<{ server_version: string }>('show server_version');
  return {
    format: archiveFormat,
    version: archiveVersion,
    createdAt: new Date().toISOString(),
    trellis: SDK_VERSION,
    postgres: rows[0]?.server_version.split(' ')[0] ?? '',
    keyFingerprint: await readKeyFingerprint(folders.dataDir),
  };
}

/** @returns names of contents that are lost */
async function writeBody(writer: ArchiveWriter, parts: BackupParts): Promise<readonly string[]> {
  const { client, folders } = parts;
  for (const before of await readBeginning(client)) await writer.line({ before });
  for (const { statement } of await readObjects(client)) await writer.line({ before: statement });
  const tables = await readTables(client);
  for (const [index, table] of tables.entries()) {
    parts.onTable?.(table.name, index, tables.length);
    await writer.table(table.name, table.columns, linesOf(client, table, folders));
  }
  // Sequences are outside transactions: read after the rows, they are never behind them.
  for (const { name, value, isCalled } of await readSequences(client))
    await writer.line({ sequence: name, value, isCalled });
  for (const after of await readEnding(client)) await writer.line({ after });
  await writePackages(writer, parts);
  return writeContents(writer, parts);
}

async function writePackages(writer: ArchiveWriter, { client, folders, withKey }: BackupParts): Promise<void> {
  const { rows } = await client.query<{ location: string }>(`select location from ${placesTable}`);
  const files = await listPackageFiles(
    folders.dataDir,
    rows.map(({ location }) => location),
  );
  const withKeyFile = withKey && (await readKeyFingerprint(folders.dataDir)) !== null;
  for (const file of [...files, ...(withKeyFile ? [keyFile] : [])])
    await writer.file(file, readPieces(join(folders.dataDir, file)));
}

async function writeContents(
  writer: ArchiveWriter,
  { client, folders: { dataDir } }: BackupParts,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const name of await listContents(client)) {
    const content = await openContent(join(dataDir, name));
    if (content === null) lost.push(name);
    else await writer.file(name, content);
  }
  return lost;
}

/** Quoting never happens: JSON holds none of these control characters. */
const rawLines = `(format csv, delimiter e'\\x02', quote e'\\x01')`;

async function* linesOf(client: ClientBase, table: TableContent, folders: InstallationFolders): AsyncGenerator<Buffer> {
  const stream = client.query(copyTo(`copy (${table.query}) to stdout ${rawLines}`));
  const rows = stream as AsyncIterable<Buffer>;
  if (table.name !== placesTable) {
    yield* rows;
    return;
  }
  const pieces: Buffer[] = [];
  for await (const piece of rows) pieces.push(piece);
  for (const line of Buffer.concat(pieces).toString('utf8').split('\n').slice(0, -1))
    yield Buffer.from(`${JSON.stringify(withoutFolders(JSON.parse(line) as (string | null)[], folders))}\n`);
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  throw new ArchiveError(
    'archive_exists',
    `${path} exists already; a backup never replaces another one. Choose another name`,
  );
}
