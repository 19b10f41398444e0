import { writeFileSync } from 'node:fs';
import { drive, median, type LoadRequest } from './load.js';
import { startServers, type BenchServers } from './servers.js';

/** One line of the result: our rate as a share of the baseline's in the same rounds, and our 95th percentile. */
interface JobResult {
  readonly job: string;
  /** Null where there is nothing to compare with. */
  readonly ratio: number | null;
  readonly perSecond: number | null;
  readonly p95Ms: number;
}

/** The same work asked of both servers. */
interface Job {
  readonly name: string;
  ours(index: number): LoadRequest;
  raw(index: number): LoadRequest;
}

const accounts = 20_000;
const load = { connections: 16, durationMs: 1500 };
const rounds = 5;

// npm run bench [-- --json FILE]: list, read and create against node:http + pg on the same durable database, in interleaved
// rounds; ratios are paired within a round, medians over the rounds.
const servers = await startServers(accounts);
const results: JobResult[] = [{ job: 'start', ratio: null, perSecond: null, p95Ms: Math.round(servers.startMs) }];
try {
  for (const job of jobsOf(servers)) results.push(await measure(job));
} finally {
  await servers.stop();
}
report(results);

function jobsOf({ ours, raw, token, owner, accounts: ids }: BenchServers): readonly Job[] {
  const headers = { Authorization: `Bearer ${token}` };
  const json = { 'Content-Type': 'application/json' };
  const id = (index: number): string => ids[(index * 7919) % ids.length] ?? '';
  const get = (url: string): LoadRequest => ({ method: 'GET', url, headers });
  const post = (url: string, body: object): LoadRequest => ({
    method: 'POST',
    url,
    headers: { ...headers, ...json },
    body: JSON.stringify(body),
  });
  return [
    {
      name: 'list',
      ours: (index) => get(`${ours}/api/v1/accounts?filter[country]=Country${index % 100}&limit=50&count=exact`),
      raw: (index) => get(`${raw}/list/Country${index % 100}`),
    },
    {
      name: 'read',
      ours: (index) => get(`${ours}/api/v1/accounts/${id(index)}`),
      raw: (index) => get(`${raw}/read/${id(index)}`),
    },
    {
      name: 'create',
      ours: (index) => post(`${ours}/api/v1/accounts`, { name: `New ${index}` }),
      raw: (index) => post(`${raw}/create`, { name: `New ${index}`, owner }),
    },
  ];
}

async function measure(job: Job): Promise<JobResult> {
  await drive(job.ours, { ...load, durationMs: 500 });
  const measured = [];
  for (let round = 0; round < rounds; round += 1) {
    const raw = await drive(job.raw, load);
    const ours = await drive(job.ours, load);
    if (raw.failed + ours.failed > 0) throw new Error(`${job.name}: ${raw.failed} + ${ours.failed} requests failed`);
    measured.push({ ratio: ours.perSecond / raw.perSecond, perSecond: ours.perSecond, p95Ms: ours.p95Ms });
  }
  return {
    job: job.name,
    ratio: round(median(measured.map(({ ratio }) => ratio))),
    perSecond: Math.round(median(measured.map(({ perSecond }) => perSecond))),
    p95Ms: round(median(measured.map(({ p95Ms }) => p95Ms))),
  };
}

function report(lines: readonly JobResult[]): void {
  for (const { job, ratio, perSecond, p95Ms } of lines) {
    const rate = ratio === null ? '' : `ratio ${ratio}  ${perSecond ?? ''}/s  `;
    process.stdout.write(`${job.padEnd(8)} ${rate}p95 ${p95Ms} ms\n`);
  }
  const file = process.argv[process.argv.indexOf('--json') + 1];
  if (process.argv.includes('--json') && file !== undefined) writeFileSync(file, `${JSON.stringify(lines, null, 2)}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
