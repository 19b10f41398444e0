import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Job } from '../job.js';
import { tokenOf } from '../lab/dataset-sql.js';
import type { Lab, Product } from '../lab/lab.js';
import { writePlugins } from '../lab/plugin-fixtures.js';
import { quantile } from '../load/statistics.js';
import type { JobResult } from '../results.js';
import { createRequests } from './requests.js';

/** From a commit to the handlers that durably listen. */
export const deliverJobs: readonly Job[] = [
  { names: ['deliver', 'deliver-saturated'], run: measureDelay },
  { names: ['deliver-fan-out', 'deliver-handled'], run: measureFanOut },
];

const plugin = 'bench-subscriber';

async function startSubscribed(lab: Lab, name: string, subscriptions: number): Promise<Product> {
  const pluginsDir = join(lab.folder, 'plugins', name);
  await writePlugins(pluginsDir, [{ id: plugin, subscriptions }]);
  return lab.product(name, { pluginsDir, enable: [plugin] });
}

interface Report {
  readonly handled: number;
  /** From the beginning of the writing transaction to the start of the handler: never less than from the commit. */
  readonly delaysMs: readonly number[];
}

/** What the handlers saw since the last report. */
async function reportOf({ port }: Product): Promise<Report> {
  const headers = { Authorization: `Bearer ${tokenOf(1)}` };
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${plugin}/reports`, { method: 'POST', headers });
  if (answer.status !== 201) throw new Error(`no report: ${answer.status} ${await answer.text()}`);
  const body = (await answer.json()) as Report | { readonly data: Report };
  return 'data' in body ? body.data : body;
}

/** One subscription; first one writer at a time, then as many as the process takes. */
async function measureDelay({ lab, effort, rounds }: Bench): Promise<readonly JobResult[]> {
  const product = await startSubscribed(lab, 'deliver-1', 1);
  const run = lab.load.add({ port: product.port, requests: createRequests(lab.sample) });
  const results: JobResult[] = [];
  for (const [job, connections, mostMs] of [
    ['deliver', 1, 10],
    ['deliver-saturated', effort.connections, null],
  ] as const) {
    await run({ connections, durationMs: 1000 });
    await sleep(1000);
    await reportOf(product);
    const delays: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await run({ connections, durationMs: effort.durationMs });
      await sleep(500);
      delays.push(...(await reportOf(product)).delaysMs);
    }
    results.push(delayResult(job, delays, mostMs));
  }
  await product.stop();
  return results;
}

function delayResult(job: string, delays: readonly number[], mostMs: number | null): JobResult {
  const [p50Ms, p95Ms] = [quantile(delays, 0.5), quantile(delays, 0.95)];
  const verdict = mostMs === null ? {} : { target: `p50 < ${mostMs} ms`, isMet: p50Ms < mostMs };
  return { job, ratio: null, p50Ms, p95Ms, ...verdict };
}

const subscribers = 100;

/** Every contact is delivered a hundred times: how fast the rows of the deliveries are written, and how fast they are handled. */
async function measureFanOut({ lab, effort }: Bench): Promise<readonly JobResult[]> {
  const product = await startSubscribed(lab, 'deliver-100', subscribers);
  const run = lab.load.add({ port: product.port, requests: createRequests(lab.sample) });
  await reportOf(product);
  const startedAt = performance.now();
  const { perSecond } = await run({ connections: effort.connections, durationMs: 4000 });
  const written = Math.round(perSecond * 4);
  await untilNone(lab, product, 'select count(*)::int as open from core.pending_events');
  const fanOut = (written * subscribers) / ((performance.now() - startedAt) / 1000);
  let handled = 0;
  const deadline = performance.now() + 30_000;
  while (handled < written * subscribers * 0.99 && performance.now() < deadline) {
    await sleep(250);
    handled += (await reportOf(product)).handled;
  }
  const handledRate = handled / ((performance.now() - startedAt) / 1000);
  await product.stop();
  return [
    {
      job: 'deliver-fan-out',
      ratio: null,
      p95Ms: null,
      perSecond: Math.round(fanOut),
      target: '≥ 20000/s',
      isMet: fanOut >= 20_000,
    },
    { job: 'deliver-handled', ratio: null, p95Ms: null, perSecond: Math.round(handledRate) },
  ];
}

async function untilNone(lab: Lab, { database }: Product, query: string): Promise<void> {
  await lab.cluster.connected(database, async (client) => {
    const deadline = performance.now() + 120_000;
    while (performance.now() < deadline) {
      const { rows } = await client.query<{ open: number }>(query);
      if (rows[0]?.open === 0) return;
      await sleep(50);
    }
    throw new Error('the fan-out never caught up');
  });
}
