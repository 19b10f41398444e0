import { expect } from 'chai';
import { compare } from './compare.js';
import { apiJobs } from './jobs/api-jobs.js';
import { bulkJobs } from './jobs/bulk-jobs.js';
import { customerJobs } from './jobs/customer-jobs.js';
import { importJobs } from './jobs/import-jobs.js';
import { rawGet } from './jobs/requests.js';
import { openLab, type Lab } from './lab/lab.js';
import type { JobResult } from './results.js';
import { timesOf } from '../support/scale.js';

/** What the benchmarks measure with must work, and must notice when it does not: here with a little of everything. */
describe('the benchmarks', () => {
  const effort = { connections: 4, durationMs: 50 };
  let lab: Lab;

  before(async function () {
    this.timeout(240_000);
    const size = {
      accounts: timesOf(10_000, 200),
      contacts: timesOf(30_000, 600),
      activities: timesOf(100_000, 2000),
      users: 40,
    };
    lab = await openLab({ size, logLevel: 'warn', note: () => undefined });
  });

  async function run(name: string): Promise<readonly JobResult[]> {
    const job = [...apiJobs, ...customerJobs, ...bulkJobs, ...importJobs].find(({ names }) => names[0] === name);
    return (await job?.run({ lab, effort, rounds: 1, importRows: 200 })) ?? [];
  }

  after(async function () {
    this.timeout(120_000);
    await lab.close();
  });

  it('compare our API with the baseline without a failed request', async () => {
    const [result] = await run('list');

    expect(result).to.include({ job: 'list', against: 'raw' });
    expect(result?.ratio).to.be.greaterThan(0);
    // Half of the people asked for see their own records only: pages of nobody's contacts would be quicker than they are.
    expect(result?.bytes).to.be.greaterThan(1000);
  }).timeout(120_000);

  for (const name of [
    'list-filtered',
    'list-subtree',
    'search-all',
    'search-all-limited',
    'timeline-more',
    'export',
    'duplicates',
  ])
    it(`measure ${name}`, async () => {
      const results = await run(name);

      expect(results.map(({ job }) => job)).to.include(name);
      for (const { failure } of results) expect(failure).to.equal(undefined);
    }).timeout(120_000);

  it('measure the page of an account and what it weighs', async () => {
    const [page, , cold, warm] = await run('account-page');

    expect(page?.p95Ms).to.be.greaterThan(0);
    expect(warm?.bytes).to.be.greaterThan(3000);
    // Styles, scripts and a font.
    expect(cold?.bytes).to.be.greaterThan((warm?.bytes ?? 0) + 30_000);
  }).timeout(120_000);

  it('measure an import with all its rows checked first', async () => {
    const [dry] = await run('import-dry');
    const [memory] = await run('import-memory');

    expect(dry?.ratio).to.be.greaterThan(0);
    expect(memory?.memoryMb).to.be.greaterThan(0);
  }).timeout(120_000);

  it('refuse to measure a server that fails', async () => {
    const { port } = lab.raw;
    const broken = {
      job: 'broken',
      ours: { port, requests: [rawGet('/read/nobody')] },
      baseline: { port, requests: [rawGet('/ready')] },
    };

    const error: unknown = await compare({ lab, effort, rounds: 1, importRows: 0 }, broken).then(
      () => undefined,
      (reason: unknown) => reason,
    );

    expect(String(error)).to.match(/broken: \d+ requests failed, first GET \/read\/nobody HTTP\/1.1: 500/);
  });
});
