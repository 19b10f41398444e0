import { runMigrations } from 'graphile-worker';
import type { BaseLogger } from 'pino';
import type { Database } from '../database/database.js';
import { withSessionLock } from '../database/migrator/index.js';
import { queueLogger } from './queue-logger.js';

/** Creates or updates the tables of the job queue (schema `graphile_worker`), one process at a time, under the lock of migrations. */
export async function migrateJobQueue(database: Database, log: BaseLogger): Promise<void> {
  const client = await database.connectDirect();
  const pgPool = database.openDirectPool(2);
  try {
    await withSessionLock(client, 'migration', () => runMigrations({ pgPool, logger: queueLogger(log) }));
  } finally {
    await Promise.all([pgPool.end(), client.end()]);
  }
}
