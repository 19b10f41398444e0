export { createTestDatabase, releaseTestCluster, type TestDatabase, type TestTemplate } from './test-database.js';
