import { coreMigrations } from '@trellis-crm/migrations';
import type { MigrationStep } from '@trellis-crm/sdk/migrations/v1';
import { pino } from 'pino';
import pg from 'pg';
import { openDatabase, type Database } from '../../dist/database/database.js';
import { createTestDatabase } from '../../dist/testing/index.js';

/** A database with the tables of events and jobs, and how to leave it. */
export interface EventDatabase extends Database {
  readonly url: string;
}

/** Clones a database that has only the tables of these rooms, so that a fault elsewhere does not fail their tests. */
export async function openEventDatabase(): Promise<EventDatabase> {
  const names = migrations.map(({ name }) => name).join();
  const home = await createTestDatabase({ template: { key: `events ${names}`, build: migrate } });
  const database = openDatabase({ url: home.url }, pino({ level: 'silent' }));
  return {
    ...database,
    url: home.url,
    async close() {
      await database.close();
      await home.drop();
    },
  };
}

/** Rooms of these tests, by the block of their names. */
const migrations = coreMigrations.filter(({ name }) => name.startsWith('20260104'));

async function migrate(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create schema core');
  for (const migration of migrations) await migration.up(stepOn(client));
  await client.end();
}

/** These migrations are plain SQL: editors and batches stay unused. */
function stepOn(client: pg.Client): MigrationStep {
  const refuse = (): Promise<void> => Promise.reject(new Error('only sql() here'));
  return {
    schemaName: 'core',
    schema: { createTable: refuse, alterTable: refuse, dropTable: refuse },
    inBatches: refuse,
    sql: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
  };
}
