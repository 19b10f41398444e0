import 'reflect-metadata';
export { createTestHost } from './create-test-host.js';
export { createTestDatabase, releaseTestCluster, type TestDatabase, type TestTemplate } from './test-database.js';
