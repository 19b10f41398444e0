import { join } from 'node:path';
import { compare, type Comparison } from '../compare.js';
import type { Bench, Job } from '../job.js';
import { tokenOf } from '../lab/dataset-sql.js';
import type { Lab, Product } from '../lab/lab.js';
import { writePlugins } from '../lab/plugin-fixtures.js';
import type { LoadRequest } from '../load/round.js';
import { median } from '../load/statistics.js';
import { transferOf } from '../load/transfer.js';
import type { JobResult } from '../results.js';
import { pageGet, partGet, rawGet, readerOfAll } from './requests.js';

/** The page of one customer, and what happened with one that very much happened with. */
export const customerJobs: readonly Job[] = [
  { names: ['account-page', 'account-page-alone', 'account-page-cold', 'account-page-warm'], run: measurePage },
  { names: ['timeline-more', 'timeline-more-alone'], run: measureTimeline },
];

const plugin = 'bench-panels';

/** With timeline, brief and five panels of a plugin; the panels fetch themselves and count where bytes are counted. */
async function measurePage(bench: Bench): Promise<readonly JobResult[]> {
  const { lab } = bench;
  const pluginsDir = join(lab.folder, 'plugins', 'panels');
  await writePlugins(pluginsDir, [{ id: plugin, accountPanels: 5 }]);
  const { port, stop } = await lab.product('panels', { pluginsDir, enable: [plugin] });
  const { askers } = lab.sample;
  const requests = askers.map((asker) => pageGet(asker, `/accounts/${asker.account}`));
  const pages = await measureBoth(bench, {
    job: 'account-page',
    ours: { port, requests },
    baseline: { port, requests: askers.map((asker) => pageGet(asker, `/contacts?filter[owner]=${asker.owner}`)) },
    against: 'page',
    asked: { p95Ms: 50 },
  });
  const sizes = await sizesOf(port, requests);
  await stop();
  return [...pages, ...sizes];
}

/** Under the load of all jobs, and by one reader who has the server alone. */
async function measureBoth(bench: Bench, comparison: Comparison): Promise<readonly JobResult[]> {
  const alone = { ...bench, effort: { ...bench.effort, connections: 1 } };
  return [await compare(bench, comparison), await compare(alone, { ...comparison, job: `${comparison.job}-alone` })];
}

/** Bytes as a browser takes them, of twenty accounts. */
async function sizesOf(port: number, requests: readonly LoadRequest[]): Promise<readonly JobResult[]> {
  const transfers = [];
  for (const request of requests.slice(0, 20)) transfers.push(await transferOf(port, request));
  return [
    sizeResult('account-page-cold', median(transfers.map(({ coldBytes }) => coldBytes)), 120),
    sizeResult('account-page-warm', median(transfers.map(({ warmBytes }) => warmBytes)), 15),
  ];
}

function sizeResult(job: string, bytes: number, mostKb: number): JobResult {
  const isMet = bytes <= mostKb * 1024;
  return { job, ratio: null, p95Ms: null, bytes, target: `≤ ${mostKb} KB`, isMet };
}

/** The next twenty of an account with one in twenty of all activities, from places all over the first three thousand. */
async function measureTimeline(bench: Bench): Promise<readonly JobResult[]> {
  const { lab } = bench;
  const product = await lab.base();
  const places = await placesIn(lab, product);
  const { busiest } = lab.sample;
  const ours = places.map(({ next }, index) =>
    partGet(readerOfAll(lab.sample, index), `/accounts/${busiest}/timeline?after=${next}`),
  );
  const raw = places.map(({ at, id }) => rawGet(`/timeline/${busiest}/${encodeURIComponent(at)}/${id}`));
  return measureBoth(bench, {
    job: 'timeline-more',
    ours: { port: product.port, requests: ours },
    baseline: { port: lab.raw.port, requests: raw },
    asked: { p95Ms: 30 },
  });
}

/** Where a reader may stand: the cursor of ours, and what the baseline calls it. */
interface Place {
  readonly next: string;
  readonly at: string;
  readonly id: string;
}

interface TimelineAnswer {
  readonly data: readonly { readonly at: string; readonly data: { readonly id: string } }[];
  readonly page: { readonly next: string | null };
}

async function placesIn({ sample }: Lab, { port }: Product): Promise<readonly Place[]> {
  const { user } = readerOfAll(sample, 0);
  const places: Place[] = [];
  let after = '';
  while (places.length < 30) {
    const address = `http://127.0.0.1:${port}/api/v1/accounts/${sample.busiest}/timeline?limit=100${after}`;
    const answer = await fetch(address, { headers: { Authorization: `Bearer ${tokenOf(user)}` } });
    if (!answer.ok) throw new Error(`no timeline: ${answer.status} ${await answer.text()}`);
    const { data, page } = (await answer.json()) as TimelineAnswer;
    const last = data.at(-1);
    if (page.next === null || last === undefined) break;
    places.push({ next: page.next, at: last.at, id: last.data.id });
    after = `&after=${page.next}`;
  }
  return places;
}
