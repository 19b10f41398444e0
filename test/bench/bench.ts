import type { Bench, Job } from './job.js';
import { apiJobs } from './jobs/api-jobs.js';
import { bulkJobs } from './jobs/bulk-jobs.js';
import { customerJobs } from './jobs/customer-jobs.js';
import { deliverJobs } from './jobs/deliver-jobs.js';
import { importJobs } from './jobs/import-jobs.js';
import { pluginJobs } from './jobs/plugin-jobs.js';
import { startJobs } from './jobs/start-jobs.js';
import { openLab } from './lab/lab.js';
import { readOptions } from './options.js';
import { lineOf, writeResults, type JobResult } from './results.js';

// npm run bench [-- --json FILE --keep FOLDER --only list,read]: docs/benchmarks.md says what the numbers mean.
const options = readOptions(process.argv.slice(2));
const { effort, rounds, importRows } = options;
const known = [...apiJobs, ...customerJobs, ...pluginJobs, ...importJobs, ...bulkJobs, ...deliverJobs, ...startJobs];
const chosen = known.filter(isChosen);
const results: JobResult[] = [];
const lab = await openLab({ ...options, note: say });
try {
  for (const job of chosen) await run(job, { lab, effort, rounds, importRows });
} finally {
  await lab.close();
}
if (options.json !== undefined) writeResults(options.json, results);
if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;

/** `list` means `list` and `list-3-side-tables`; a whole name means itself, and whatever is measured in one go with it. */
function isChosen({ names }: Job): boolean {
  if (options.only.length === 0) return true;
  return names.some((name) => options.only.some((wanted) => name === wanted || name.startsWith(`${wanted}-`)));
}

/** One job that cannot be measured must not cost the others. */
async function run(job: Job, bench: Bench): Promise<void> {
  const outcome = await job.run(bench).catch((error: unknown): readonly JobResult[] => {
    const failure = error instanceof Error ? error.message : String(error);
    return job.names.map((name) => ({ job: name, ratio: null, p95Ms: null, failure }));
  });
  for (const result of outcome) say(lineOf(result));
  results.push(...outcome);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
