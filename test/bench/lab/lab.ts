import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../support/installation.js';
import { startLoadGenerator, type LoadGenerator } from '../load/load-generator.js';
import { rawTables } from '../raw/raw-tables.js';
import { startCluster, type Cluster } from './cluster.js';
import type { DatasetSize } from './dataset-sql.js';
import { freePort, startServing, trellis, type ServingProcess } from './processes.js';
import { drawSample, type Sample } from './sample.js';
import { ensureSeed, runTrellis, seedDatabase } from './seed.js';

/** The product serving one database. */
export interface Product extends ServingProcess {
  readonly name: string;
  readonly database: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a `trellis` command on the same workspace. */
  command(args: readonly string[]): Promise<string>;
}

/** Which workspace a product serves. */
export interface ProductOptions {
  /** Folder of its plugins; none when left out. */
  readonly pluginsDir?: string;
  /** Plugins to enable before it starts. */
  readonly enable?: readonly string[];
  /** Whether it serves the database as it is, rather than a fresh copy of the seed. */
  readonly isContinued?: boolean;
}

/** Everything the jobs work with: one seeded durable cluster, the baseline, and products on copies of the data. */
export interface Lab {
  readonly folder: string;
  readonly size: DatasetSize;
  readonly cluster: Cluster;
  readonly sample: Sample;
  readonly load: LoadGenerator;
  readonly raw: ServingProcess;
  /** The product without plugins; started once, for all jobs that ask for it. */
  base(): Promise<Product>;
  /** Starts the product on the database of a name. */
  product(name: string, options?: ProductOptions): Promise<Product>;
  /** Id of the process that serves a port, or of the one that started it. */
  pidAt(port: number): number;
  close(): Promise<void>;
}

/** What a lab is made of. */
export interface LabOptions {
  readonly size: DatasetSize;
  /** Keeps the seeded cluster here; without one it is thrown away at the end. */
  readonly keep?: string;
  readonly logLevel: string;
  /** Told what takes long. */
  readonly note: (text: string) => void;
}

/** Starts the database, seeds it when it is new, and starts the baseline. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const folder = options.keep ?? (await mkdtemp(join(tmpdir(), 'trellis-bench-')));
  await makeFolders(folder);
  const cluster = await startCluster(folder);
  await ensureSeed(cluster, { size: options.size, dataDir: join(folder, 'seed'), note: options.note });
  // Anew each time, as the product's: what earlier runs created would make the baseline slower.
  await createRaw(cluster);
  const sample = await cluster.connected(seedDatabase, drawSample);
  const raw = await startRaw(cluster, folder);
  const load = startLoadGenerator();
  const products: Product[] = [];
  let base: Promise<Product> | undefined;
  const product: Lab['product'] = async (name, wanted = {}) => {
    const started = await startProduct({ cluster, folder, logLevel: options.logLevel }, name, wanted);
    products.push(started);
    return started;
  };
  return {
    ...{ folder, cluster, sample, load, raw, product, size: options.size },
    pidAt: (port) => [...products, raw].find((serving) => serving.port === port)?.child.pid ?? 0,
    base: () => (base ??= product('base')),
    async close() {
      load.stop();
      await Promise.all([...products, raw].map(({ stop }) => stop()));
      await cluster.stop();
      if (options.keep === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Readable for the database's own user, and with the SDK in reach of generated plugins. */
async function makeFolders(folder: string): Promise<void> {
  for (const name of ['', 'logs', 'plugins', 'files']) await mkdir(join(folder, name), { recursive: true });
  await chmod(folder, 0o755);
  const link = join(folder, 'node_modules');
  await rm(link, { force: true });
  await symlink(join(root, 'node_modules'), link, 'junction');
}

async function createRaw(cluster: Cluster): Promise<void> {
  await cluster.create('bench_raw', seedDatabase);
  await cluster.connected('bench_raw', async (client) => {
    for (const statement of rawTables) await client.query(statement);
  });
}

const rawServer = new URL('../raw/raw-server.js', import.meta.url).pathname;

async function startRaw(cluster: Cluster, folder: string): Promise<ServingProcess> {
  const port = await freePort();
  return startServing({
    args: [rawServer, cluster.urlOf('bench_raw'), String(port)],
    env: {},
    port,
    readyPath: '/ready',
    logFile: join(folder, 'logs', 'raw.log'),
  });
}

interface ProductPlace {
  readonly cluster: Cluster;
  readonly folder: string;
  readonly logLevel: string;
}

async function startProduct(
  { cluster, folder, logLevel }: ProductPlace,
  name: string,
  { pluginsDir, enable = [], isContinued = false }: ProductOptions,
): Promise<Product> {
  const database = `bench_${name.replaceAll('-', '_')}`;
  if (!isContinued) await cluster.create(database, seedDatabase);
  const port = await freePort();
  const env = {
    DATABASE_URL: cluster.urlOf(database),
    TRELLIS_DATA_DIR: join(folder, 'files', name),
    TRELLIS_PLUGINS_DIR: pluginsDir ?? join(folder, 'plugins', 'none'),
    PORT: String(port),
    TRELLIS_LOG_LEVEL: logLevel,
  };
  const command = (args: readonly string[]): Promise<string> => runTrellis(args, env);
  if (enable.length > 0) await command(['plugin', 'enable', ...enable]);
  const logFile = join(folder, 'logs', `${name}.log`);
  const serving = await startServing({ args: [trellis, 'serve'], env, port, readyPath: '/readyz', logFile });
  return { ...serving, name, database, env, command };
}
