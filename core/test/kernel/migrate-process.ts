import { pino } from 'pino';
import { openDatabase } from '../../dist/database/index.js';
import { loadCoreMigrations, migrate } from '../../dist/database/migrator/index.js';

/** One of several processes that start on the same empty database: migrates it and ends. */
const log = pino({ level: 'silent' });
const database = openDatabase({ url: process.argv[2] ?? '' }, log);
const client = await database.connectDirect();
await migrate(client, [await loadCoreMigrations()], { log });
await client.end();
await database.close();
