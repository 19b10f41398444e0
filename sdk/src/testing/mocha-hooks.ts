import { loadCoreTesting } from './core-testing.js';

/**
 * For mocha's `require`: the last run on the test database server stops it.
 * @since 0.1.0
 */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    const core = await loadCoreTesting();
    await core.releaseTestCluster();
  },
};
