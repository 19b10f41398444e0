import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { NativePackage } from '../database/embedded/native-package.js';
import { startEmbedded, type EmbeddedDatabase } from '../database/embedded/embedded-database.js';
import { findTestFolder } from './test-folder.js';

/** The embedded server that all tests of a checkout share, with a connection to manage its databases. */
export interface TestCluster {
  readonly admin: pg.Pool;
  /** File the server writes its log to. */
  readonly logFile: string;
  /** Connection string of one of its databases. */
  urlOf(database: string): string;
  /** Ends this process's use; the last user stops the server. */
  release(): Promise<void>;
}

/**
 * Starts or joins the test server of this checkout. It does not survive a power cut (no fsync, and in memory where possible) and is kept
 * between runs, so only the first run pays for its creation. Other binaries have a server of their own.
 */
export async function joinTestCluster(native?: NativePackage): Promise<TestCluster> {
  const folder = native === undefined ? 'test-database' : `test-database-${native.version}`;
  const server = await startEmbedded({
    dataDir: await findTestFolder(await findRoot(process.cwd()), folder),
    ...(native === undefined ? {} : { native }),
    log: pino({ level: 'silent' }),
    isDurable: false,
    settings: observable,
  });
  const urlOf = (database: string): string => withDatabase(server.url, database);
  const admin = new pg.Pool({ connectionString: urlOf('postgres'), max: 2, allowExitOnIdle: true });
  admin.on('error', () => undefined);
  return { admin, logFile: server.place.logFile, urlOf, release: () => leave(server, admin) };
}

/**
 * Lets tests see what a request did to the database: each row change through a logical slot, and each error with its
 * database and SQLSTATE in the log.
 */
const observable: Readonly<Record<string, string>> = {
  // What is kept between runs may be kept in memory.
  max_wal_size: '256MB',
  min_wal_size: '80MB',
  wal_level: 'logical',
  log_min_messages: 'error',
  log_min_error_statement: 'error',
  log_line_prefix: '[%d,%e]',
};

const keptTemplates = 4;

/** Drops what this and crashed runs left, but only when no other process uses the server: it may be theirs. */
async function leave(server: EmbeddedDatabase, admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ count: string }>(
    `select count(*) from pg_stat_activity where application_name = 'trellis-lease'`,
  );
  if (rows[0]?.count === '1') await dropLeftovers(admin);
  await admin.end();
  await server.release();
}

async function dropLeftovers(admin: pg.Pool): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    `select datname from pg_database where datname like 'test\\_%' or datname like 'building\\_%'
     union all
     (select datname from pg_database where datname like 'template\\_%' order by oid desc offset ${keptTemplates})`,
  );
  for (const { datname } of rows) await admin.query(`drop database if exists "${datname}" with (force)`);
}

/** The workspace root above `folder`, so that tests started inside a package share one server; else `folder` itself. */
async function findRoot(folder: string): Promise<string> {
  for (let current = folder; dirname(current) !== current; current = dirname(current)) {
    const manifest = await readFile(join(current, 'package.json'), 'utf8').catch(() => '');
    if (manifest.includes('"workspaces"')) return current;
  }
  return folder;
}

function withDatabase(url: string, database: string): string {
  const result = new URL(url);
  result.pathname = `/${database}`;
  return result.href;
}
