import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { BaseLogger } from 'pino';
import { ensureCluster, superuser } from './cluster.js';
import type { NativePackage } from './native-package.js';
import { findPlace, type EmbeddedPlace } from './place.js';
import { ensurePostmaster, stopPostmaster } from './postmaster.js';

/** How an embedded database is opened. */
export interface EmbeddedOptions {
  /** The data folder of the installation. */
  readonly dataDir: string;
  readonly log: BaseLogger;
  /** False turns off what protects data from a power cut: for tests only. */
  readonly isDurable?: boolean;
  /** Settings of PostgreSQL beside those in its files, by name; a server that already runs keeps what it was started with. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Other binaries than those that npm installed with us. */
  readonly native?: NativePackage;
}

/** A use of the embedded database of a data folder; every process that needs it holds its own. */
export interface EmbeddedDatabase {
  readonly place: EmbeddedPlace;
  /** Connection string of the database `trellis`, with the password. */
  readonly url: string;
  /** Calls back when the server died and came back on another port: this process has to start anew. */
  onGone(listener: (error: Error) => void): void;
  /** Ends this use and, when it was the last one, stops the server. @returns whether the server was stopped */
  release(): Promise<boolean>;
}

/**
 * Starts the embedded database of a data folder, or joins the one that runs, and keeps it running until released: a
 * server that dies is started again. @throws StartError
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const place = await findPlace(options.dataDir, options.native);
  await ensureCluster(place, options.isDurable ?? true);
  const password = (await readFile(place.passwordFile, 'utf8')).trim();
  const lease = new Lease(place, password, options);
  await lease.take();
  return {
    place,
    url: urlOf(lease.port, password, databaseName),
    onGone: (listener) => lease.events.once('gone', listener),
    release: () => lease.release(),
  };
}

const databaseName = 'trellis';
/** Users of the server share this advisory lock in the database `postgres`; whoever gets it alone may stop the server. */
const lockKey = 7_235_911;
const attempts = 20;

/** One connection that holds the shared lock, and is the first to notice that the server died. */
class Lease {
  readonly events = new EventEmitter();
  port = 0;
  #client: pg.Client | undefined;
  readonly #released = new AbortController();
  /** The end of what is done about a server that died. */
  #recovered: Promise<void> = Promise.resolve();

  constructor(
    private readonly place: EmbeddedPlace,
    private readonly password: string,
    private readonly options: EmbeddedOptions,
  ) {}

  /** Starts or joins the server and takes the shared lock; a server that is just stopping is waited for. */
  async take(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { isDurable = true, settings = {} } = this.options;
      const { port } = await ensurePostmaster(this.place, { isDurable, settings });
      try {
        this.#client = await this.#connect(port);
        this.port = port;
        return;
      } catch (error) {
        if (attempt === attempts || this.#released.signal.aborted) throw error;
        await sleep(50 * attempt);
      }
    }
  }

  async release(): Promise<boolean> {
    this.#released.abort();
    // A server that is just being started again must not be left behind.
    await this.#recovered;
    const client = this.#client;
    if (client === undefined) return false;
    socketOf(client)?.ref();
    try {
      await client.query('select pg_advisory_unlock_shared($1)', [lockKey]);
      const { rows } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [lockKey]);
      if (rows[0]?.alone === true) {
        await stopPostmaster(this.place);
        return true;
      }
    } catch (error) {
      this.options.log.debug({ err: error }, 'the database was already gone when its use ended');
    }
    await client.end().catch(() => undefined);
    return false;
  }

  async #connect(port: number): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: urlOf(port, this.password, 'postgres'),
      application_name: 'trellis-lease',
      connectionTimeoutMillis: 5000,
    });
    client.on('error', (error) => this.options.log.debug({ err: error }, 'lease connection'));
    await client.connect();
    try {
      await client.query('select pg_advisory_lock_shared($1)', [lockKey]);
      await createDatabase(client);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    client.once('end', () => {
      this.#recovered = this.#recover();
    });
    socketOf(client)?.unref();
    return client;
  }

  async #recover(): Promise<void> {
    const before = this.port;
    for (let attempt = 1; !this.#released.signal.aborted; attempt += 1) {
      this.options.log.warn('the embedded PostgreSQL is gone; starting it again');
      try {
        await this.take();
        if (this.port !== before) this.events.emit('gone', new Error('the embedded PostgreSQL moved to another port'));
        return;
      } catch (error) {
        // A full disk, for example: the reason may go away, so this goes on as long as the database is wanted.
        this.options.log.error({ err: error }, 'the embedded PostgreSQL does not start');
        await this.#pause(Math.min(10_000, 500 * 2 ** attempt));
      }
    }
  }

  /** Ends early when nobody waits for the database any more. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#released.signal }).catch(() => undefined);
  }
}

/** Holding the lease alone must not keep a process running. */
function socketOf(client: pg.Client): Socket | undefined {
  return client.connection.stream instanceof Socket ? client.connection.stream : undefined;
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
  if (rowCount !== 0) return;
  await client.query(`create database ${databaseName}`).catch((error: unknown) => {
    const isLostRace = error instanceof pg.DatabaseError && (error.code === '42P04' || error.code === '23505');
    if (!isLostRace) throw error;
  });
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;
}
