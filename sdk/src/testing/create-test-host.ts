import { loadCoreTesting } from './core-testing.js';
import type { TestHost, TestHostOptions } from './test-host.js';

/**
 * Starts a host on a clone of the migrated template database.
 * @example const host = await createTestHost({ plugins: [new URL('..', import.meta.url)] });
 * @since 0.1.0
 */
export async function createTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const core = await loadCoreTesting();
  return core.createTestHost(options);
}
