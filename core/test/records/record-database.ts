import pg from 'pg';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { loadCoreMigrations, migrate, type ModuleMigrations } from '../../dist/database/migrator/index.js';
import { createTestDatabase } from '../../dist/testing/index.js';
import { labMigrations } from './lab.js';

const log = pino({ level: 'silent' });

/** A database with core's tables and those of the test plugin `lab`; `close` drops it. */
export async function openRecordDatabase(): Promise<Database> {
  const modules = [await loadCoreMigrations(), lab];
  const key = `records ${modules.flatMap(({ hashes }) => [...hashes.values()]).join(' ')}`;
  const home = await createTestDatabase({ template: { key, build: (url) => build(url, modules) } });
  const database = openDatabase({ url: home.url }, log);
  return {
    ...database,
    async close() {
      await database.close();
      await home.drop();
    },
  };
}

const lab: ModuleMigrations = {
  module: 'lab',
  schemaName: 'p_lab',
  migrations: labMigrations,
  hashes: new Map(labMigrations.map((migration) => [migration.name, migration.up.toString()])),
};

async function build(url: string, modules: readonly ModuleMigrations[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await migrate(client, modules, { log });
  await client.end();
}
