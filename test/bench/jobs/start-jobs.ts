import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Job } from '../job.js';
import { freePort, memoryOf, startServing, trellis } from '../lab/processes.js';
import { median } from '../load/statistics.js';
import { memoryResult, type JobResult } from '../results.js';
import { listRequests } from './requests.js';

/** How long a start takes, and what a process weighs. */
export const startJobs: readonly Job[] = [
  { names: ['start'], run: measureStart },
  { names: ['first-run'], run: measureFirstRun },
  { names: ['memory-idle', 'memory-load'], run: measureMemory },
];

/** From the command to 200 on `/readyz`, the database running and migrated. */
async function measureStart({ lab, rounds }: Bench): Promise<readonly JobResult[]> {
  await (await lab.product('start')).stop();
  const times: number[] = [];
  for (let round = 0; round < Math.max(3, rounds); round += 1) {
    const product = await lab.product('start', { isContinued: true });
    times.push(product.startMs);
    await product.stop();
  }
  return [timeOf('start', times, 1500)];
}

/** The same where there is no database yet: the embedded one is made and migrated first. */
async function measureFirstRun(): Promise<readonly JobResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-first-run-'));
  try {
    const port = await freePort();
    const env = { TRELLIS_DATA_DIR: join(folder, 'data'), PORT: String(port) };
    const logFile = join(folder, 'log');
    const serving = await startServing({ args: [trellis, 'serve'], env, port, readyPath: '/readyz', logFile });
    await serving.stop();
    return [timeOf('first-run', [serving.startMs], 8000)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function timeOf(job: string, times: readonly number[], mostMs: number): JobResult {
  const p50Ms = Math.round(median(times));
  return {
    job,
    ratio: null,
    p50Ms,
    p95Ms: Math.round(Math.max(...times)),
    target: `median ≤ ${mostMs} ms`,
    isMet: p50Ms <= mostMs,
  };
}

async function measureMemory({ lab, effort, rounds }: Bench): Promise<readonly JobResult[]> {
  const product = await lab.product('memory');
  await sleep(3000);
  const idle = memoryOf(product)?.nowMb;
  const run = lab.load.add({ port: product.port, requests: listRequests(lab.sample) });
  for (let round = 0; round < rounds; round += 1) await run(effort);
  const load = memoryOf(product)?.peakMb;
  await product.stop();
  return [memoryResult('memory-idle', idle, 150), memoryResult('memory-load', load, 300)];
}
