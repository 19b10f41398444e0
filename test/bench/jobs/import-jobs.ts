import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { verdictOf } from '../compare.js';
import type { Bench, Job } from '../job.js';
import { tokenOf } from '../lab/dataset-sql.js';
import type { Lab, Product } from '../lab/lab.js';
import { median, rounded } from '../load/statistics.js';
import type { JobResult } from '../results.js';

/** Contacts from a CSV file through the import job, against COPY of the same file into the baseline's table. */
export const importJobs: readonly Job[] = [
  { names: ['import'], run: (bench) => measure(bench, 'import', 'match=none', { ratio: 0.45 }) },
  // As somebody imports who says nothing: rows find contacts that exist by their e-mail address.
  { names: ['import-matched'], run: (bench) => measure(bench, 'import-matched', '', {}) },
];

async function measure(
  bench: Bench,
  job: string,
  query: string,
  asked: { ratio?: number },
): Promise<readonly JobResult[]> {
  const { lab, rounds } = bench;
  const product = await lab.product(job);
  const count = Math.round(lab.size.contacts / 6);
  const measured: { ours: number; copy: number }[] = [];
  for (let round = 0; round <= Math.min(3, rounds); round += 1) {
    const file = await writeCsv(lab, `${job}-${round}`, count);
    const isReversed = round % 2 === 1;
    const first = await (isReversed ? importFile(lab, product, file, query) : copyFile(lab, file));
    const second = await (isReversed ? copyFile(lab, file) : importFile(lab, product, file, query));
    measured.push(isReversed ? { ours: first, copy: second } : { ours: second, copy: first });
  }
  await product.stop();
  // The first round warms both up.
  const rates = measured.slice(1).map(({ ours, copy }) => ({ ours: count / ours, copy: count / copy }));
  return [toResult(job, rates, asked)];
}

function toResult(
  job: string,
  rates: readonly { readonly ours: number; readonly copy: number }[],
  asked: { ratio?: number },
): JobResult {
  const ratios = rates.map(({ ours, copy }) => ours / copy);
  const ratio = rounded(median(ratios));
  return {
    job,
    ratio,
    ratioRange: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    against: 'COPY',
    perSecond: Math.round(median(rates.map(({ ours }) => ours))),
    baselinePerSecond: Math.round(median(rates.map(({ copy }) => copy))),
    p95Ms: null,
    ...verdictOf(asked, { ratio, p95Ms: 0 }),
  };
}

interface CsvFiles {
  /** As people have it. */
  readonly csv: string;
  /** The same rows with ids and owner, as the table has them. */
  readonly table: string;
}

async function writeCsv(lab: Lab, name: string, count: number): Promise<CsvFiles> {
  const owner = '00000000-0000-7000-8000-000000000003';
  const rows = Array.from({ length: count }, (_, index) => {
    const letters = Array.from(String(index), (digit) => String.fromCodePoint(97 + Number(digit))).join('');
    return `Imported ${letters},Buyer,${name}-${index}@import.example`;
  });
  const batch = Date.now().toString(16).padStart(12, '0');
  const withIds = rows.map((row, index) => {
    const tail = index.toString(16).padStart(12, '0');
    return `${batch.slice(0, 8)}-${batch.slice(8)}-7000-8000-${tail},${row},${owner}`;
  });
  const table = join(lab.folder, 'files', `${name}.csv`);
  await writeFile(table, `${withIds.join('\n')}\n`);
  return { csv: `name,jobTitle,email\n${rows.join('\n')}\n`, table };
}

/** Seconds of COPY, read by the server itself: there is no faster way in. */
function copyFile({ cluster }: Lab, { table }: CsvFiles): Promise<number> {
  return cluster.connected('bench_raw', async (client) => {
    const startedAt = performance.now();
    await client.query(
      `copy raw.contacts (id, name, job_title, email, owner_id) from '${table.replaceAll("'", "''")}' (format csv)`,
    );
    return (performance.now() - startedAt) / 1000;
  });
}

interface ImportAnswer {
  readonly data: {
    readonly id: string;
    readonly state: string;
    readonly totals: { readonly created: number; readonly refused: number };
    readonly failure: unknown;
  };
}

/** Seconds from sending the file to the end of its job. @throws Error unless every row became a contact */
async function importFile(lab: Lab, { port }: Product, { csv }: CsvFiles, query: string): Promise<number> {
  const user = lab.sample.readersOfAll[0] ?? 0;
  const headers = { Authorization: `Bearer ${tokenOf(user)}` };
  const api = `http://127.0.0.1:${port}/api/v1`;
  const startedAt = performance.now();
  const accepted = await fetch(`${api}/contacts/import?${query}`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'text/csv' },
    body: csv,
  });
  if (accepted.status !== 202) throw new Error(`the import was refused: ${accepted.status} ${await accepted.text()}`);
  const { data } = (await accepted.json()) as ImportAnswer;
  for (;;) {
    await sleep(25);
    const { data: now } = (await (await fetch(`${api}/imports/${data.id}`, { headers })).json()) as ImportAnswer;
    if (now.state !== 'done' && now.state !== 'failed') continue;
    const seconds = (performance.now() - startedAt) / 1000;
    const wanted = csv.split('\n').length - 2;
    if (now.totals.created === wanted) return seconds;
    throw new Error(`the import made ${now.totals.created} of ${wanted}: ${JSON.stringify(now).slice(0, 1500)}`);
  }
}
