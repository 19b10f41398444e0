import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/database.js';
import { loadCoreMigrations, migrate } from '../../dist/database/migrator/index.js';
import { migrateJobQueue } from '../../dist/jobs/queue-schema.js';
import { createTestDatabase } from '../../dist/testing/index.js';

/** A migrated database of its own, and how to reach it from another process. */
export interface EventDatabase extends Database {
  readonly url: string;
}

/** Clones the core tables and the job queue. */
export async function openEventDatabase(): Promise<EventDatabase> {
  const { hashes } = await loadCoreMigrations();
  const home = await createTestDatabase({ template: { key: `jobs ${[...hashes.values()].join()}`, build } });
  const database = openDatabase({ url: home.url }, log);
  return {
    ...database,
    url: home.url,
    async close() {
      await database.close();
      await home.drop();
    },
  };
}

/** Ends every other connection to the database, as a restart of the server does, and waits until the pool noticed. */
export async function loseConnections(database: EventDatabase): Promise<void> {
  const killer = await database.connectDirect();
  await killer.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`);
  await killer.end();
  for (let isBack = false; !isBack;) {
    isBack = await database.ping().then(
      () => true,
      () => false,
    );
  }
}

const log = pino({ level: 'silent' });

async function build(url: string): Promise<void> {
  const database = openDatabase({ url }, log);
  const client = await database.connectDirect();
  await migrate(client, [await loadCoreMigrations()], { log });
  await client.end();
  await migrateJobQueue(database, log);
  await database.close();
}
