import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../support/installation.js';
import type { Cluster } from './cluster.js';
import { datasetStatements, datasetVersion, settlingStatements, type DatasetSize } from './dataset-sql.js';
import { trellis } from './processes.js';

/** Name of the database that the others are copies of. */
export const seedDatabase = 'bench_seed';

/** Runs a `trellis` command. @throws Error with what it printed */
export async function runTrellis(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  return (await promisify(execFile)(process.execPath, [trellis, ...args], options)).stdout;
}

/** What is seeded, and how. */
export interface SeedOptions {
  readonly size: DatasetSize;
  /** Folder of the workspace's files. */
  readonly dataDir: string;
  /** Told what takes long. */
  readonly note: (text: string) => void;
}

/** Sets a workspace up and fills it, unless the cluster still holds the same. */
export async function ensureSeed(cluster: Cluster, { size, dataDir, note }: SeedOptions): Promise<void> {
  const stamp = stampOf(size);
  if ((await readStamp(cluster)) === stamp) return;
  note(`seeding ${size.accounts} accounts, ${size.contacts} contacts and ${size.activities} activities …`);
  const lap = stopwatch(note);
  await cluster.create(seedDatabase);
  const env = {
    DATABASE_URL: cluster.urlOf(seedDatabase),
    TRELLIS_DATA_DIR: dataDir,
    TRELLIS_PLUGINS_DIR: join(dataDir, 'no-plugins'),
  };
  await runTrellis(['setup', '--company', 'Bench', '--name', 'Ada Admin', '--email', 'admin@bench.example'], env);
  await cluster.connected(seedDatabase, async (client) => {
    for (const statement of datasetStatements(size)) await client.query(statement);
  });
  lap('rows');
  // The statements above go past everything that tells search of new records.
  await runTrellis(['search', 'rebuild'], env);
  lap('search');
  await runTrellis(['job', 'run', 'core:keep-answers'], env);
  lap('kept answers');
  await cluster.connected(seedDatabase, async (client) => {
    for (const statement of settlingStatements) await client.query(statement);
    await client.query('create schema bench');
    await client.query('create table bench.stamp as select $1::text as stamp', [stamp]);
  });
  lap('settling');
}

/** Says how long each step took. */
function stopwatch(note: SeedOptions['note']): (step: string) => void {
  let startedAt = performance.now();
  return (step) => {
    note(`  ${step}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
    startedAt = performance.now();
  };
}

async function readStamp(cluster: Cluster): Promise<string | null> {
  if (!(await cluster.has(seedDatabase))) return null;
  return cluster.connected(seedDatabase, async (client) => {
    const { rows } = await client
      .query<{ stamp: string }>('select stamp from bench.stamp')
      .catch(() => ({ rows: [] as { stamp: string }[] }));
    return rows[0]?.stamp ?? null;
  });
}

/** Differs when the rows would, or the tables they stand in. */
function stampOf(size: DatasetSize): string {
  const folder = join(root, 'migrations', 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const hash = createHash('sha256').update(JSON.stringify([datasetVersion, size]));
  for (const file of files.sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}
