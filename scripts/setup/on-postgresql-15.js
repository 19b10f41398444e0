import { createTestDatabase, useTestBinaries } from '../../core/dist/testing/index.js';
import { oldestFolder } from './postgresql-15.js';

// Required by mocha before any test: see postgresql-15.js.
useTestBinaries(oldestFolder, '15');

/** A run that silently used another server would prove nothing. */
export const mochaHooks = {
  async beforeAll() {
    const { default: pg } = await import('pg');
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query('show server_version');
    await client.end();
    await database.drop();
    if (!rows[0].server_version.startsWith('15.')) throw new Error(`these tests ran on ${rows[0].server_version}`);
  },
};
