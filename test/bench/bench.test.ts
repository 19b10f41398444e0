import { expect } from 'chai';
import { compare } from './compare.js';
import { apiJobs } from './jobs/api-jobs.js';
import { rawGet } from './jobs/requests.js';
import { openLab, type Lab } from './lab/lab.js';
import { timesOf } from '../support/scale.js';

/** What the benchmarks measure with must work, and must notice when it does not: here with a little of everything. */
describe('the benchmarks', () => {
  const effort = { connections: 4, durationMs: 50 };
  let lab: Lab;

  before(async function () {
    this.timeout(120_000);
    const size = {
      accounts: timesOf(10_000, 200),
      contacts: timesOf(30_000, 600),
      activities: timesOf(100_000, 2000),
      users: 40,
    };
    lab = await openLab({ size, logLevel: 'warn', note: () => undefined });
  });

  after(async function () {
    this.timeout(60_000);
    await lab.close();
  });

  it('compare our API with the baseline without a failed request', async () => {
    const list = apiJobs.find(({ names }) => names.includes('list'));

    const [result] = (await list?.run({ lab, effort, rounds: 2 })) ?? [];

    expect(result).to.include({ job: 'list', against: 'raw' });
    expect(result?.ratio).to.be.greaterThan(0);
    // Half of the people asked for see their own records only: pages of nobody's contacts would be quicker than they are.
    expect(result?.bytes).to.be.greaterThan(1000);
  }).timeout(60_000);

  it('refuse to measure a server that fails', async () => {
    const { port } = lab.raw;
    const broken = {
      job: 'broken',
      ours: { port, requests: [rawGet('/read/nobody')] },
      baseline: { port, requests: [rawGet('/ready')] },
    };

    const error: unknown = await compare({ lab, effort, rounds: 1 }, broken).then(
      () => undefined,
      (reason: unknown) => reason,
    );

    expect(String(error)).to.match(/broken: \d+ requests failed, first GET \/read\/nobody HTTP\/1.1: 500/);
  });
});
