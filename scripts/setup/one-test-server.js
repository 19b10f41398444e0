import { createTestDatabase, releaseTestCluster } from '../../core/dist/testing/index.js';

// Required by mocha when its files run in several processes: each leaves the shared test server after every file, so mocha's own keeps it.
export async function mochaGlobalSetup() {
  const database = await createTestDatabase();
  await database.drop();
}

export const mochaGlobalTeardown = releaseTestCluster;
