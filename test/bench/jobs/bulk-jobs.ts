import type { Bench, Job } from '../job.js';
import { tokenOf } from '../lab/dataset-sql.js';
import type { Lab, Product } from '../lab/lab.js';
import { memoryOf } from '../lab/processes.js';
import { median } from '../load/statistics.js';
import { memoryResult, type JobResult } from '../results.js';
import { readerOfAll } from './requests.js';

/** What goes through very many records at once. */
export const bulkJobs: readonly Job[] = [
  { names: ['export', 'export-memory'], run: measureExport },
  { names: ['duplicates'], run: measureDuplicates },
];

/** A third of all contacts as CSV with all fields, on a process that has just started and exported a little. */
async function measureExport({ lab, rounds }: Bench): Promise<readonly JobResult[]> {
  const product = await lab.product('export');
  await exportContacts(lab, product, '2025-12-20');
  const before = memoryOf(product)?.peakMb;
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    const rows = await exportContacts(lab, product, '2025-05-13');
    rates.push(rows / ((performance.now() - startedAt) / 1000));
  }
  const after = memoryOf(product)?.peakMb;
  await product.stop();
  const perSecond = Math.round(median(rates));
  return [
    { job: 'export', ratio: null, p95Ms: null, perSecond, target: '≥ 20000/s', isMet: perSecond >= 20_000 },
    // An export that kept its rows would grow by tens of megabytes.
    memoryResult('export-memory', before === undefined || after === undefined ? undefined : after - before, 64),
  ];
}

/** Contacts that changed since a day. @returns how many there were */
async function exportContacts({ sample }: Lab, { port }: Product, since: string): Promise<number> {
  const where = JSON.stringify({ field: 'updatedAt', op: 'gte', value: since });
  const address = `http://127.0.0.1:${port}/api/v1/contacts/export?where=${encodeURIComponent(where)}`;
  const headers = { Authorization: `Bearer ${tokenOf(readerOfAll(sample, 0).user)}` };
  const answer = await fetch(address, { headers });
  if (!answer.ok || answer.body === null) throw new Error(`no export: ${answer.status} ${await answer.text()}`);
  let lines = 0;
  for await (const chunk of answer.body as ReadableStream<Uint8Array>)
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) lines += 1;
  return lines - 1;
}

const newline = 10;

/** The job that looks through the whole base, by what it notes itself of the contacts. */
async function measureDuplicates({ lab }: Bench): Promise<readonly JobResult[]> {
  const product = await lab.product('duplicates');
  await product.command(['job', 'run', 'core:find-duplicates']);
  const [run] = await lab.cluster.connected(product.database, async (client) => {
    const seconds = 'extract(epoch from finished_at - started_at)::float8 as seconds';
    const text = `select ${seconds} from core.duplicate_runs where entity = 'core.contact' and stage = 'done'`;
    return (await client.query<{ seconds: number }>(text)).rows;
  });
  await product.stop();
  if (run === undefined) throw new Error('nobody looked for duplicates');
  const p95Ms = Math.round(run.seconds * 1000);
  return [{ job: 'duplicates', ratio: null, p95Ms, target: '< 120 s', isMet: run.seconds < 120 }];
}
