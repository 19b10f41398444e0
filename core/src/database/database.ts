import knex, { type Knex } from 'knex';
import pg from 'pg';
import type { BaseLogger } from 'pino';
import { connectionConfig, connectionLimits, type ConnectionUse } from './connection.js';
import { keepConnections } from './kept-connections.js';
import { createSlowQueries, type SlowQueries } from './slow-queries.js';
import { createCurrentUnit, joinUnit, type CurrentUnit } from './unit-of-work.js';
import { watchSilence } from './silence-watch.js';
import { takeTurns } from './turns.js';

/** Where the database is and what it can do. */
export interface DatabaseOptions {
  /** Connection string of the database, or of a pooler before it. */
  readonly url: string;
  /** Connection string that reaches the server itself, when `url` is a transaction pooler. */
  readonly directUrl?: string | undefined;
  /** False behind a pooler that cannot keep prepared statements: no named statements then. */
  readonly canPrepare?: boolean;
  /** Most connections for requests; 10 when not given. */
  readonly poolSize?: number;
  /** Milliseconds from which on a statement is logged as slow; none is when left out. */
  readonly slowQueryMs?: number;
}

/** A pool at one moment. */
export interface PoolUse {
  /** Connections that somebody works with. */
  readonly inUse: number;
  /** Calls that wait for one. */
  readonly waiting: number;
  readonly max: number;
}

/** The database of one workspace. A lost connection heals by itself: the next use makes a new one. */
export interface Database {
  /** Pool of requests: statements of 4 s, locks of 2 s, 1 s of waiting for a connection. */
  readonly knex: Knex;
  /** Pool of 3 for jobs, imports, exports and backups: statements of 5 min. */
  readonly work: Knex;
  /** Whether statements may be named and kept prepared. */
  readonly canPrepare: boolean;
  /** Which modules' statements took long. */
  readonly slowQueries: SlowQueries;
  /** The unit of work that the calls under way are in. */
  readonly units: CurrentUnit;
  /**
   * Runs `work` in one transaction of the request pool: committed when it resolves, rolled back when it rejects. In a unit of work
   * it is a part of that.
   */
  tx<T>(work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  /** A session of its own for migrations, session locks and LISTEN; the caller ends it. */
  connectDirect(): Promise<pg.Client>;
  /** A pool of such sessions for the job queue, which listens and polls by itself; the caller ends it. */
  openDirectPool(max: number): pg.Pool;
  /** How much of the request pool is taken at this moment. */
  requestPool(): PoolUse;
  /** Asks the server for a sign of life through the request pool. */
  ping(): Promise<void>;
  /** Ends both pools after the statements in flight. */
  close(): Promise<void>;
}

const workConnections = 3;

/** Opens the pools; connects only when first used. */
export function openDatabase(options: DatabaseOptions, log: BaseLogger): Database {
  const slowQueries = createSlowQueries(options.slowQueryMs ?? 0, log);
  const watch = (client: pg.Client): void => slowQueries.watch(client);
  const requests = openPool(options, 'request', watch, log);
  const work = openPool(options, 'work', watch, log);
  const units = createCurrentUnit();
  return {
    knex: requests,
    work,
    canPrepare: options.canPrepare ?? true,
    slowQueries,
    units,
    tx(run) {
      const unit = units.getStore();
      return unit === undefined ? requests.transaction(run) : joinUnit(unit, () => run(unit.trx));
    },
    connectDirect: () => connectDirect(options.directUrl ?? options.url, log),
    openDirectPool: (max) => openDirectPool(options.directUrl ?? options.url, max, log),
    requestPool: () => useOf(requests),
    async ping() {
      await requests.raw('select 1');
    },
    async close() {
      await Promise.all([requests.destroy(), work.destroy()]);
    },
  };
}

function openPool(
  options: DatabaseOptions,
  use: ConnectionUse,
  watch: (client: pg.Client) => void,
  log: BaseLogger,
): Knex {
  const acquireTimeoutMillis = use === 'request' ? 1000 : 60_000;
  const pool = knex({
    client: 'pg',
    // Given so that knex does not ask each new connection for it; it decides about features of PostgreSQL < 9 only.
    version: '15',
    connection: connectionConfig(options.url, use),
    acquireConnectionTimeout: acquireTimeoutMillis,
    // Errors are logged; the values of a statement are people's data.
    compileSqlOnError: false,
    log: knexLog(log),
    pool: {
      min: 0,
      max: use === 'request' ? (options.poolSize ?? 10) : workConnections,
      acquireTimeoutMillis,
      createTimeoutMillis: 2500,
      idleTimeoutMillis: 30_000,
      // A refused connection is an answer: waiting for another try would turn it into a slow "pool is full".
      propagateCreateError: true,
      afterCreate: (client: pg.Client, done: (error: Error | null, client: pg.Client) => void) => {
        watchSilence(client, connectionLimits[use].silenceMs);
        watch(client);
        takeTurns(client);
        done(null, client);
      },
    },
  });
  // Transactions inherit them.
  pool.userParams = { canPrepare: options.canPrepare ?? true };
  if (use === 'request') keepConnections(pool, acquireTimeoutMillis);
  return pool;
}

/** knex does not type its pool. */
function useOf({ client }: Knex): PoolUse {
  const { pool } = client as {
    readonly pool: { numUsed(): number; numPendingAcquires(): number; readonly max: number };
  };
  return { inUse: pool.numUsed(), waiting: pool.numPendingAcquires(), max: pool.max };
}

async function connectDirect(url: string, log: BaseLogger): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(url, 'direct'));
  // Without a listener a connection that breaks while idle would end the process.
  client.on('error', (error) => log.debug({ err: error }, 'direct connection lost'));
  await client.connect();
  return client;
}

function openDirectPool(url: string, max: number, log: BaseLogger): pg.Pool {
  const connections = new pg.Pool({ ...connectionConfig(url, 'direct'), max });
  const hearLoss = (error: Error): void => log.debug({ err: error }, 'direct connection lost');
  // The pool hears of idle connections only; one in use that breaks while no statement runs would end the process.
  connections.on('error', hearLoss).on('connect', (client) => client.on('error', hearLoss));
  return connections;
}

/** knex's only warnings in normal life are connections that the server ended, which the pool replaces. */
function knexLog(log: BaseLogger): Knex.Logger {
  return {
    warn: (message: unknown) => log.debug({ source: 'knex' }, String(message)),
    error: (message: unknown) => log.error({ source: 'knex' }, String(message)),
    deprecate: (message: unknown) => log.debug({ source: 'knex' }, String(message)),
    debug: (message: unknown) => log.trace({ source: 'knex' }, String(message)),
  };
}
