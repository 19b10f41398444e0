import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ArchiveError, type ArchiveLine } from './archive-format.js';
import { damaged } from './archive-reader.js';
import { checkArchive, readChecked, type CheckedArchive, type ReadLine } from './check-archive.js';
import { keyFile, readKeyFingerprint } from './create-backup.js';
import { isContent, spoiltContents } from './file-contents.js';
import { placesTable, withFolders, type InstallationFolders } from './package-places.js';
import { ownSchemas } from './schema-scope.js';

/** What a restoration works on. */
export interface RestoreParts {
  /** A session without time-outs, in no transaction. */
  readonly client: Client;
  readonly folders: InstallationFolders;
  readonly now: Date;
  /** Held copies send nothing until released; the move of an installation to another server is not a copy. */
  readonly isHeld: boolean;
  onTable?(name: string, index: number, total: number): void;
}

/** What came of it. */
export interface RestoredArchive extends CheckedArchive {
  /** False when sealed settings cannot be opened here until the key is brought along. */
  readonly hasKey: boolean;
  /** Names of contents that were not what they say, and are left out: their files are there and answer that they are lost. */
  readonly spoilt: readonly string[];
}

/**
 * Restores an archive into an empty database: reads all of it first, then writes in one transaction.
 * @throws ArchiveError `archive_damaged`, `archive_unknown`, `database_not_empty`; nothing is written then
 */
export async function restoreBackup(path: string, parts: RestoreParts): Promise<RestoredArchive> {
  await refuseFull(parts.client);
  const checked = await checkArchive(path);
  const spoilt = spoiltContents(checked.trailer.files);
  const { client } = parts;
  await client.query(beginning);
  try {
    await refuseFull(client);
    await new Restoration(parts, Object.keys(checked.trailer.tables).length, spoilt).run(readChecked(path, checked));
    if (parts.isHeld) await hold(parts, checked);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
  await client.query('analyze');
  const hasKey = (await readKeyFingerprint(parts.folders.dataDir)) === checked.header.keyFingerprint;
  return { ...checked, hasKey, spoilt: [...spoilt] };
}

/** Bodies of functions are checked when they run: they may name what comes later. */
const beginning = `
  begin;
  set local search_path = pg_catalog;
  set local check_function_bodies = off;
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres';
  set local client_min_messages = 'warning'`;

async function refuseFull(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname as name from pg_namespace n where ${ownSchemas} order by 1`,
  );
  if (rows.length === 0) return;
  const found = rows.map(({ name }) => name).join(', ');
  throw new ArchiveError(
    'database_not_empty',
    `The database is in use: it holds ${found}. Restore into an empty one, or say --force to keep the old one aside`,
  );
}

/** What one pass over the lines does. */
class Restoration {
  readonly #parts: RestoreParts;
  readonly #tables: number;
  #tablesDone = 0;

  constructor(
    parts: RestoreParts,
    tables: number,
    private readonly spoilt: ReadonlySet<string>,
  ) {
    this.#parts = parts;
    this.#tables = tables;
  }

  async run(lines: AsyncGenerator<ReadLine>): Promise<void> {
    let next = await lines.next();
    while (next.done !== true) {
      if (next.value.kind !== 'line') throw damaged('a row or a file stands alone');
      next = await this.#act(next.value.line, lines);
    }
  }

  /** @returns the first line that is not its own */
  async #act(line: ArchiveLine, lines: AsyncGenerator<ReadLine>): Promise<IteratorResult<ReadLine>> {
    const { client } = this.#parts;
    if ('table' in line) return this.#table(line, lines);
    if ('file' in line) return this.spoilt.has(line.file) ? passBy(lines) : this.#file(line.file, lines);
    if ('before' in line) await client.query(line.before);
    if ('after' in line) await client.query(line.after);
    if ('sequence' in line)
      await client.query('select setval($1::regclass, $2::bigint, $3)', [line.sequence, line.value, line.isCalled]);
    return lines.next();
  }

  async #table(
    { table, columns }: { readonly table: string; readonly columns: readonly string[] },
    lines: AsyncGenerator<ReadLine>,
  ): Promise<IteratorResult<ReadLine>> {
    this.#parts.onTable?.(table, this.#tablesDone++, this.#tables);
    const following: { value: IteratorResult<ReadLine> | undefined } = { value: undefined };
    const convert = table === placesTable ? (row: Row) => withFolders(row, this.#parts.folders) : undefined;
    const copy = this.#parts.client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`));
    await pipeline(copyText(lines, following, convert), copy);
    return following.value ?? { done: true, value: undefined };
  }

  /** Packages are named by their content: one that is there already is the same. Contents of files are too, and replace what may be spoilt. */
  async #file(name: string, lines: AsyncGenerator<ReadLine>): Promise<IteratorResult<ReadLine>> {
    const path = placeOf(this.#parts.folders.dataDir, name);
    const draft = `${path}.part-${process.pid}`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, '', { mode: name === keyFile || isContent(name) ? 0o600 : 0o644 });
    let next = await lines.next();
    for (; next.done !== true && next.value.kind === 'part'; next = await lines.next())
      await writeFile(draft, next.value.bytes, { flag: 'a' });
    const isThere = !isContent(name) && (await stat(path).catch(() => undefined)) !== undefined;
    if (isThere) await rm(draft);
    else await rename(draft, path);
    return next;
  }
}

/** @returns the first line behind the parts of a file */
async function passBy(lines: AsyncGenerator<ReadLine>): Promise<IteratorResult<ReadLine>> {
  let next = await lines.next();
  while (next.done !== true && next.value.kind === 'part') next = await lines.next();
  return next;
}

type Row = readonly (string | null)[];

const pieceLength = 65_536;

/** Rows as COPY takes them, until a line that is none; that one is kept for the caller. */
async function* copyText(
  lines: AsyncGenerator<ReadLine>,
  following: { value: IteratorResult<ReadLine> | undefined },
  convert: ((row: Row) => Row) | undefined,
): AsyncGenerator<string> {
  let piece = '';
  for (;;) {
    const next = await lines.next();
    if (next.done === true || next.value.kind !== 'row') {
      following.value = next;
      break;
    }
    const row = JSON.parse(next.value.text.toString('utf8')) as Row;
    piece += `${(convert === undefined ? row : convert(row)).map(toCopyValue).join('\t')}\n`;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function toCopyValue(value: string | null): string {
  return value === null ? '\\N' : value.replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
}

/** @throws ArchiveError when the name leads out of the data folder */
function placeOf(dataDir: string, name: string): string {
  const path = normalize(join(dataDir, name));
  if (path.startsWith(join(dataDir, 'plugins') + sep) || path === join(dataDir, keyFile) || isContent(name))
    return path;
  throw damaged(`it holds a file in a place of its own, ${name}`);
}

async function hold({ client, now }: RestoreParts, { header }: CheckedArchive): Promise<void> {
  await client.query('insert into core.holds (since, reason) values ($1, $2)', [
    now,
    `restored from a backup of ${header.createdAt}`,
  ]);
}
