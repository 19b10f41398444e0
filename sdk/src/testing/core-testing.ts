import type { TestHost, TestHostOptions } from './test-host.js';

/** What core has for tests. */
interface CoreTesting {
  createTestHost(options: TestHostOptions): Promise<TestHost>;
  releaseTestCluster(): Promise<void>;
}

/** By name at run time: the SDK must not depend on core, and a plugin's tests bring core along themselves. */
export async function loadCoreTesting(): Promise<CoreTesting> {
  return (await import(coreTesting)) as CoreTesting;
}

const coreTesting: string = '@trellis-crm/core/testing';
