import { verdictOf } from '../compare.js';
import type { Bench, Job } from '../job.js';
import { memoryOf } from '../lab/processes.js';
import { median, rounded } from '../load/statistics.js';
import { flatTable, ownEmails, ownTable, type CopiedTable } from '../raw/copied-contacts.js';
import { memoryResult, type JobResult } from '../results.js';
import { copyPeople, drawPeople, importPeople, type Cost, type ImportManner } from './import-sides.js';

/**
 * Contacts from a CSV file through the import job, against COPY from a client in the same run.
 *
 * `import`: COPY of the same people "straight into the contact table", which is what the asked ratio was taken from: a prototype
 * copied 30,500 rows/s into its contact table, with the keys and indexes such a table needs, and wrote 15,000 to 20,000 with
 * everything. Here that is the product's own `core.contacts` with its five indexes and two foreign keys, in a copy of the
 * database; nothing is checked or worked out on the way. The e-mail addresses are left out, though the prototype's table may have held them:
 * `import-with-emails` counts the COPY into their table as well.
 *
 * `import-flat`: COPY into the flat table of the raw server, which no product could live on. Nothing was asked of that.
 */
export const importJobs: readonly Job[] = [
  {
    names: ['import', 'import-with-emails', 'import-flat'],
    run: (bench) =>
      measure(bench, { query: 'match=none' }, [
        { job: 'import', against: 'COPY', tables: [ownTable], asked: { ratio: 0.45 } },
        { job: 'import-with-emails', against: 'COPY', tables: [ownTable, ownEmails], asked: {} },
        { job: 'import-flat', against: 'COPY into a flat table', tables: [flatTable], asked: {} },
      ]),
  },
  {
    // As somebody imports who says nothing: rows find contacts that exist by their e-mail address.
    names: ['import-matched'],
    run: (bench) =>
      measure(bench, { query: '' }, [{ job: 'import-matched', against: 'COPY', tables: [ownTable], asked: {} }]),
  },
  {
    // As the wizard does it: every row is checked before the first is written, and both count.
    names: ['import-dry'],
    run: (bench) =>
      measure(bench, { query: 'match=none', isCheckedFirst: true }, [
        { job: 'import-dry', against: 'COPY', tables: [ownTable], asked: { ratio: 0.4 } },
      ]),
  },
  { names: ['import-memory'], run: measureMemory },
];

/** What an import is held against. */
interface Baseline {
  readonly job: string;
  readonly against: string;
  /** Copied one after the other. */
  readonly tables: readonly CopiedTable[];
  readonly asked: { readonly ratio?: number };
}

/** What a round came to. */
interface MeasuredRound {
  readonly ours: Cost;
  readonly copies: ReadonlyMap<CopiedTable, Cost>;
}

/** Peak of a process that has just started, checks a file of `--import-rows` rows and imports it. */
async function measureMemory({ lab, importRows }: Bench): Promise<readonly JobResult[]> {
  const product = await lab.product('import-memory');
  await importPeople({ lab, product }, drawPeople(importRows), { query: 'match=none', isCheckedFirst: true });
  const memoryMb = memoryOf(product)?.peakMb;
  await product.stop();
  return [memoryResult('import-memory', memoryMb, 300)];
}

async function measure(
  { lab, rounds }: Bench,
  manner: ImportManner,
  baselines: readonly [Baseline, ...Baseline[]],
): Promise<readonly JobResult[]> {
  const product = await lab.product(baselines[0].job);
  const place = { lab, product };
  const tables = [...new Set(baselines.flatMap((baseline) => baseline.tables))];
  const count = Math.round(lab.size.contacts / 3);
  const measured: MeasuredRound[] = [];
  for (let round = 0; round <= Math.min(3, rounds); round += 1) {
    const people = drawPeople(count);
    const isReversed = round % 2 === 1;
    const early = isReversed ? await importPeople(place, people, manner) : null;
    const copies = await copyPeople(place, people, tables);
    measured.push({ ours: early ?? (await importPeople(place, people, manner)), copies });
  }
  await product.stop();
  // The first round warms both up.
  return baselines.map((baseline) => toResult(baseline, measured.slice(1), count));
}

function toResult(
  { job, against, tables, asked }: Baseline,
  rounds: readonly MeasuredRound[],
  count: number,
): JobResult {
  const pairs = rounds.map(({ ours, copies }) => ({
    ours,
    copy: sumOf(tables.flatMap((table) => copies.get(table) ?? [])),
  }));
  const ratios = pairs.map(({ ours, copy }) => copy.seconds / ours.seconds);
  const ratio = rounded(median(ratios));
  return {
    job,
    ratio,
    ratioRange: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    against,
    perSecond: Math.round(median(pairs.map(({ ours }) => count / ours.seconds))),
    baselinePerSecond: Math.round(median(pairs.map(({ copy }) => count / copy.seconds))),
    p95Ms: null,
    cpuRatio: rounded(median(pairs.map(({ ours, copy }) => copy.cpuMs / ours.cpuMs))),
    cpuMicros: Math.round((median(pairs.map(({ ours }) => ours.cpuMs)) * 1000) / count),
    ...verdictOf(asked, { ratio, p95Ms: 0 }),
  };
}

function sumOf(costs: readonly Cost[]): Cost {
  return costs.reduce((sum, { seconds, cpuMs }) => ({ seconds: sum.seconds + seconds, cpuMs: sum.cpuMs + cpuMs }), {
    seconds: 0,
    cpuMs: 0,
  });
}
