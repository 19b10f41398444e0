import 'reflect-metadata';
export { createTestHost, type CoreTestHost } from './create-test-host.js';
export { startEmbedded } from '../database/embedded/embedded-database.js';
export { writeManifest } from '../kernel/manifest/write-manifest.js';
export {
  createTestDatabase,
  releaseTestCluster,
  useTestBinaries,
  type TestDatabase,
  type TestTemplate,
} from './test-database.js';
