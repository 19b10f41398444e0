export { createTestHost } from './create-test-host.js';
export type { TestBody, TestClient, TestHost, TestHostOptions, TestResponse, TestUser } from './test-host.js';
