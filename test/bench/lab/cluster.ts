import { startEmbedded } from '@trellis-crm/core/testing';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { cpuTimeMs } from './cpu-time.js';

/** The database server of a bench: durable as in production, with a database per scenario. */
export interface Cluster {
  urlOf(database: string): string;
  /** Processor time of the server and its backends so far, in ms. */
  cpuTimeMs(): number;
  has(database: string): Promise<boolean>;
  /** Puts an empty database, or a copy of another one, in the place of whatever had the name. */
  create(database: string, template?: string): Promise<void>;
  /** Runs with a connection of its own. */
  connected<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** Starts the embedded server on a folder. */
export async function startCluster(folder: string): Promise<Cluster> {
  const embedded = await startEmbedded({ dataDir: join(folder, 'database'), log: pino({ level: 'silent' }) });
  const urlOf = (database: string): string => {
    const url = new URL(embedded.url);
    url.pathname = `/${database}`;
    return url.href;
  };
  const connected: Cluster['connected'] = async (database, work) => {
    const client = new pg.Client({ connectionString: urlOf(database) });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  };
  const postmaster = Number(readFileSync(join(embedded.place.cluster, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    urlOf,
    cpuTimeMs: () => cpuTimeMs(postmaster),
    connected,
    has: (database) =>
      connected('postgres', async (client) => {
        const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
        return rowCount === 1;
      }),
    create: (database, template) =>
      connected('postgres', async (client) => {
        await client.query(`drop database if exists ${database} with (force)`);
        // Copying files takes seconds; the default writes every page to the log first.
        await client.query(
          `create database ${database}${template === undefined ? '' : ` template ${template} strategy file_copy`}`,
        );
      }),
    async stop() {
      await embedded.release();
    },
  };
}
