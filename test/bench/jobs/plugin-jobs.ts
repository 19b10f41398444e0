import { join } from 'node:path';
import { compare } from '../compare.js';
import type { Bench, Job } from '../job.js';
import type { Lab, Product } from '../lab/lab.js';
import { writePlugins, type FixturePlugin } from '../lab/plugin-fixtures.js';
import { rounded } from '../load/statistics.js';
import type { JobResult } from '../results.js';
import { createRequests, listRequests, rawCreateRequests, rawGet, readRequests } from './requests.js';

/** The jobs that need plugins, each on a workspace of its own. */
export const pluginJobs: readonly Job[] = [
  { names: ['list-3-side-tables', 'read-3-side-tables'], run: withSideTables },
  { names: ['create-1-subscription', 'create-5-subscriptions'], run: withSubscriptions },
  { names: ['create-100-subscriptions', 'create-500-elsewhere'], run: withManySubscriptions },
  { names: ['plugins100-list', 'plugins100-read', 'plugins100-start', 'plugins100'], run: withHundredPlugins },
];

async function startWith(lab: Lab, name: string, plugins: readonly FixturePlugin[]): Promise<Product> {
  const pluginsDir = join(lab.folder, 'plugins', name);
  await writePlugins(pluginsDir, plugins);
  return lab.product(name, { pluginsDir, enable: plugins.map(({ id }) => id) });
}

async function withSideTables(bench: Bench): Promise<readonly JobResult[]> {
  const { lab } = bench;
  const plugins = [1, 2, 3].map((number) => ({ id: `bench-side-${number}`, hasSideTable: true }));
  const { port, database, stop, command } = await startWith(lab, 'side', plugins);
  const tables = plugins.map(({ id }) => `p_${id.replaceAll('-', '_')}.contact_x`);
  await lab.cluster.connected(database, async (client) => {
    for (const table of tables)
      await client.query(
        `insert into ${table} (record_id, note, score) select id, 'Note on ' || name, length(name) from core.contacts`,
      );
    // What the record layer would have done while writing them.
    await command(['job', 'run', 'core:keep-answers']);
    for (const table of tables) await client.query(`vacuum (full, analyze) ${table}`);
  });
  const { sample, raw } = lab;
  const list = await compare(bench, {
    job: 'list-3-side-tables',
    ours: { port, requests: listRequests(sample) },
    baseline: { port: raw.port, requests: sample.askers.map(({ owner }) => rawGet(`/list/${owner}`)) },
    asked: { ratio: 0.6 },
  });
  const read = await compare(bench, {
    job: 'read-3-side-tables',
    ours: { port, requests: readRequests(sample) },
    baseline: { port: raw.port, requests: sample.askers.map(({ contact }) => rawGet(`/read/${contact}`)) },
  });
  await stop();
  return [list, read];
}

async function withSubscriptions(bench: Bench): Promise<readonly JobResult[]> {
  const results: JobResult[] = [];
  for (const [subscriptions, job] of [
    [1, 'create-1-subscription'],
    [5, 'create-5-subscriptions'],
  ] as const) {
    const { port, stop } = await startWith(bench.lab, `subscriptions-${subscriptions}`, [
      { id: 'bench-subscriber', subscriptions },
    ]);
    const { sample, raw } = bench.lab;
    const ours = { port, requests: createRequests(sample) };
    const baseline = { port: raw.port, requests: rawCreateRequests(sample) };
    results.push(await compare(bench, { job, ours, baseline, asked: { ratio: 0.55 } }));
    await stop();
  }
  return results;
}

/** Against the product without any, so that the difference is theirs alone. */
async function withManySubscriptions(bench: Bench): Promise<readonly JobResult[]> {
  const { lab } = bench;
  const none = await lab.product('subscriptions-none');
  const results: JobResult[] = [];
  const variants = [
    ['create-100-subscriptions', 'subscriptions-100', [{ id: 'bench-subscriber', subscriptions: 100 }], 0.85],
    ['create-500-elsewhere', 'elsewhere-500', [{ id: 'bench-elsewhere', idleSubscriptions: 500 }], 0.97],
  ] as const;
  for (const [job, name, plugins, ratio] of variants) {
    const { port, stop } = await startWith(lab, name, plugins);
    const requests = createRequests(lab.sample);
    const sides = { ours: { port, requests }, baseline: { port: none.port, requests } };
    results.push(await compare(bench, { job, ...sides, against: 'create without', asked: { ratio } }));
    await stop();
  }
  await none.stop();
  return results;
}

async function withHundredPlugins(bench: Bench): Promise<readonly JobResult[]> {
  const { lab } = bench;
  const dummies = Array.from({ length: 100 }, (_, index) => {
    return { id: `bench-dummy-${index}`, routes: 10, panels: 3, idleSubscriptions: 5 };
  });
  const one = await startWith(lab, 'plugins-1', dummies.slice(0, 1));
  const hundred = await startWith(lab, 'plugins-100', dummies);
  const asked = { ratio: 0.9 };
  const results: JobResult[] = [];
  for (const [job, requests] of [
    ['list', listRequests(lab.sample)],
    ['read', readRequests(lab.sample)],
  ] as const) {
    const sides = { ours: { port: hundred.port, requests }, baseline: { port: one.port, requests } };
    results.push(await compare(bench, { job: `plugins100-${job}`, ...sides, against: 'one plugin', asked }));
  }
  await Promise.all([one.stop(), hundred.stop()]);
  const again = await lab.product('plugins-100', {
    pluginsDir: join(lab.folder, 'plugins', 'plugins-100'),
    isContinued: true,
  });
  await again.stop();
  const startMs = Math.round(again.startMs);
  const start = { job: 'plugins100-start', ratio: null, p95Ms: startMs, target: '< 4000 ms', isMet: startMs < 4000 };
  return [...results, start, summary(results, start)];
}

/** The worst of the rates and the start, under the name that the project asks for. */
function summary(rates: readonly JobResult[], start: JobResult): JobResult {
  const ratio = rounded(Math.min(...rates.map((rate) => rate.ratio ?? 0)));
  const isMet = [...rates, start].every((part) => part.isMet === true);
  return {
    job: 'plugins100',
    ratio,
    against: 'one plugin',
    p95Ms: start.p95Ms,
    target: '≥ 0.9, start < 4000 ms',
    isMet,
  };
}
