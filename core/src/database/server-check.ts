import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '@trellis-crm/config';
import pg from 'pg';
import type { DatabaseOptions } from './database.js';
import { connectionConfig } from './connection.js';
import { isConnectionLost } from './database-errors.js';

/** What the start learned about the server. */
export interface ServerFacts {
  /** Like `18.4`. */
  readonly version: string;
  /** Settings that risk data, one sentence each; for the log and `trellis doctor`. */
  readonly warnings: readonly string[];
}

/**
 * Checks once, before anything is built on it, that the server can carry an installation: reachable, version 15 or newer,
 * UTF-8, trigrams for search, sessions and prepared statements kept. @throws StartError with what to change
 */
export async function checkServer(options: DatabaseOptions, waitMs = 10_000): Promise<ServerFacts> {
  const first = await connect(options.url, 'DATABASE_URL', waitMs);
  try {
    const facts = await readFacts(first);
    await checkExtension(first);
    await checkSessions(options, first);
    if (options.directUrl !== undefined) await (await connect(options.directUrl, 'DATABASE_DIRECT_URL', waitMs)).end();
    return facts;
  } finally {
    await first.end();
  }
}

const minimumVersion = 150_000;

async function readFacts(client: pg.Client): Promise<ServerFacts> {
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, setting from pg_settings where name in
       ('server_version', 'server_version_num', 'server_encoding', 'fsync', 'full_page_writes', 'synchronous_commit')`,
  );
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]));
  const version = settings.get('server_version') ?? 'unknown';
  if (Number(settings.get('server_version_num')) < minimumVersion) {
    throw refusal('The database server is too old', `it is PostgreSQL ${version}`, 'use PostgreSQL 15 or newer');
  }
  const encoding = settings.get('server_encoding') ?? 'unknown';
  if (encoding !== 'UTF8') {
    throw refusal(
      'The database cannot hold every language',
      `its encoding is ${encoding}`,
      'create it with ENCODING UTF8',
    );
  }
  const risky = ['fsync', 'full_page_writes', 'synchronous_commit'].filter((name) => settings.get(name) === 'off');
  return { version, warnings: risky.map((name) => `${name} is off: a power cut can lose or break data`) };
}

/** Search finds parts of words by trigrams. The extension comes with PostgreSQL; whoever may create in the database may create it. */
async function checkExtension(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ installed: boolean; available: boolean; creatable: boolean }>(
    `select exists (select from pg_extension where extname = 'pg_trgm') as installed,
       exists (select from pg_available_extensions where name = 'pg_trgm') as available,
       has_database_privilege(current_database(), 'CREATE') as creatable`,
  );
  const [facts] = rows;
  if (facts === undefined || facts.installed || (facts.available && facts.creatable)) return;
  throw refusal(
    'The database lacks the extension pg_trgm, which search needs',
    facts.available ? 'this user may not create it' : 'the server does not have it',
    facts.available
      ? 'run as its owner or a superuser: create extension pg_trgm'
      : 'install the extensions of PostgreSQL on the server (Debian: part of postgresql-<version>; Fedora: postgresql-contrib)',
  );
}

/**
 * Two connections at once have two sessions, unless a transaction pooler lends both the same one. It also shows there
 * whether a statement that one of them prepared gets in the way of the other.
 */
async function checkSessions(options: DatabaseOptions, first: pg.Client): Promise<void> {
  const second = await connect(options.url, 'DATABASE_URL', 0);
  try {
    const isShared = (await sessionOf(first)) === (await sessionOf(second));
    if (isShared && options.directUrl === undefined) {
      throw refusal(
        'DATABASE_URL does not keep a session',
        'two connections were given the same one, as a transaction pooler does',
        'also give DATABASE_DIRECT_URL of the server itself; migrations, locks and jobs need it',
      );
    }
    if (options.canPrepare ?? true) await checkPreparing(first, second);
  } finally {
    await second.end();
  }
}

async function sessionOf(client: pg.Client): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
}

async function checkPreparing(first: pg.Client, second: pg.Client): Promise<void> {
  const statement = { name: 'trellis_check', text: 'select $1::int', values: [1] };
  try {
    for (const client of [first, second, first]) await client.query(statement);
  } catch (error) {
    throw refusal(
      'DATABASE_URL cannot keep prepared statements',
      wordsOf(error),
      'set DATABASE_PREPARE=false, or let the pooler keep them (PgBouncer: max_prepared_statements)',
      error,
    );
  }
}

/** A server that is only just starting is waited for: containers come up together. */
async function connect(url: string, name: string, waitMs: number): Promise<pg.Client> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const client = new pg.Client(connectionConfig(url, 'request'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (!isConnectionLost(error) || Date.now() > deadline) throw unreachable(name, error);
      await sleep(250);
    }
  }
}

function unreachable(name: string, error: unknown): StartError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return refusal(`The database of ${name} cannot be used`, wordsOf(error), fixes[code] ?? fixes['other'] ?? '', error);
}

const fixes: Readonly<Record<string, string>> = {
  '28P01': 'correct user and password',
  '28000': 'let this user and address in (pg_hba.conf)',
  '3D000': 'create the database: createdb, with ENCODING UTF8',
  '08P01':
    'let the pooler pass our time-outs (PgBouncer: ignore_startup_parameters = statement_timeout, lock_timeout, idle_in_transaction_session_timeout, options)',
  '53300': 'raise max_connections of the server, or lower DATABASE_POOL_SIZE',
  other: 'check host, port and network, or remove it to use the embedded database',
};

function wordsOf(error: unknown): string {
  // A host with several addresses fails with one error for each.
  if (error instanceof AggregateError) return error.errors.map(wordsOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

function refusal(problem: string, reason: string, fix: string, cause?: unknown): StartError {
  return new StartError(problem, { reason, fix, cause });
}
