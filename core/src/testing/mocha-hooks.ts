import { releaseTestCluster } from './test-database.js';

/** Root hooks of mocha, required by `.mocharc.json`: the last run on the shared test server stops it. */
export const mochaHooks = {
  afterAll: releaseTestCluster,
};
