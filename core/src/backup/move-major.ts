import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { BaseLogger } from 'pino';
import { makeCluster, superuser } from '../database/embedded/cluster.js';
import { findOldBinaries, readMajor } from '../database/embedded/old-binaries.js';
import { findPlace, pathsIn, type EmbeddedPlace } from '../database/embedded/place.js';
import { ensurePostmaster, stopPostmaster } from '../database/embedded/postmaster.js';
import { createBackup } from './create-backup.js';
import { noteBackup } from './last-backup.js';
import { restoreBackup } from './restore-backup.js';

/** What moving needs to know. Nobody else may use the data folder meanwhile. */
export interface MoveOptions {
  readonly dataDir: string;
  readonly pluginsDir: string;
  readonly log: BaseLogger;
  /** Shows a line to the person at the terminal. */
  print(line: string): void;
}

/**
 * Moves the embedded database to our PostgreSQL when another major wrote it: backup with its own programs, restore into a
 * new cluster, and only then the folders change places; the old one is kept. A crash leaves the old one in place, or is
 * finished by the next start. @returns where the old one is kept; undefined when there was nothing to move @throws StartError
 */
export async function moveFromOtherMajor(options: MoveOptions): Promise<string | undefined> {
  const place = await findPlace(options.dataDir);
  const draft = { ...place, ...pathsIn(`${place.home}.moving`) };
  await finishExchange(place, draft);
  const found = await readMajor(place.cluster);
  const ours = place.version.split('.')[0] ?? '';
  if (found === undefined || found === ours) return undefined;
  const binaries = await findOldBinaries(options.dataDir, found);
  const old = await findPlace(options.dataDir, binaries);
  options.print(`Moving the data from PostgreSQL ${found} to ${ours}; this may take a while`);
  const archive = join(options.dataDir, 'backups', `postgresql-${found}-${Date.now()}.ndjson.zst`);
  const isHeld = await backUpOld(old, archive, options);
  await restoreNew(draft, archive, { ...options, isHeld });
  const kept = await freeName(`${place.home}-${found}`);
  await writeFile(join(draft.home, doneFile), kept);
  await exchange(place, draft, kept);
  options.print(`Moved. The folder of PostgreSQL ${found} is kept in ${kept}: remove it when all is well`);
  return kept;
}

/** An installation of before there were holds has none. */
async function isHeldNow(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ holds: string | null }>(`select to_regclass('core.holds') as holds`);
  return rows[0]?.holds !== null && (await client.query('select from core.holds')).rowCount === 1;
}

async function freeName(path: string): Promise<string> {
  return (await stat(path).catch(() => undefined)) === undefined ? path : `${path}-${Date.now()}`;
}

/** Says that the new cluster is whole, and where the old one goes. */
const doneFile = 'moved';

async function backUpOld(place: EmbeddedPlace, path: string, options: MoveOptions): Promise<boolean> {
  const { port } = await ensurePostmaster(place, { isDurable: true, settings: {} });
  try {
    return await withClient(place, port, async (client) => {
      const { sizeBytes } = await createBackup(path, { client, folders: options, withKey: false });
      await noteBackup(options.dataDir, { file: path, at: new Date(), sizeBytes });
      return isHeldNow(client);
    });
  } finally {
    await stopPostmaster(place);
  }
}

async function restoreNew(
  draft: EmbeddedPlace,
  path: string,
  options: MoveOptions & { readonly isHeld: boolean },
): Promise<void> {
  await rm(draft.home, { recursive: true, force: true });
  await makeCluster(draft, true);
  const { port } = await ensurePostmaster(draft, { isDurable: true, settings: {} });
  try {
    await withClient(draft, port, (client) => client.query(`create database ${databaseName}`), 'postgres');
    await withClient(draft, port, (client) =>
      restoreBackup(path, { client, folders: options, now: new Date(), isHeld: options.isHeld }),
    );
  } finally {
    await stopPostmaster(draft);
  }
}

async function finishExchange(place: EmbeddedPlace, draft: EmbeddedPlace): Promise<void> {
  const kept = await readFile(join(draft.home, doneFile), 'utf8').catch(() => undefined);
  if (kept !== undefined) await exchange(place, draft, kept);
}

async function exchange(place: EmbeddedPlace, draft: EmbeddedPlace, kept: string): Promise<void> {
  const isOldThere = (await stat(place.home).catch(() => undefined)) !== undefined;
  if (isOldThere) await rename(place.home, kept);
  await rename(draft.home, place.home);
  await rm(join(place.home, doneFile));
}

const databaseName = 'trellis';

async function withClient<T>(
  place: EmbeddedPlace,
  port: number,
  work: (client: pg.Client) => Promise<T>,
  database = databaseName,
): Promise<T> {
  const password = (await readFile(place.passwordFile, 'utf8')).trim();
  const client = new pg.Client({ host: '127.0.0.1', port, user: superuser, password, database });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
