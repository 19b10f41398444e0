import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePlugin } from '@trellis-crm/sdk';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { loadCoreMigrations, migrate } from '../../dist/database/migrator/index.js';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { registerModule, type Generations } from '../../dist/kernel/index.js';
import { createLifecycle, type LifecycleParts, type PluginLifecycle } from '../../dist/kernel/lifecycle/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';
import { buildKernel, buildModule } from './module-fixtures.js';

const log = pino({ level: 'silent' });

/** One process of a workspace, without HTTP and records. */
export interface TestProcess {
  readonly lifecycle: PluginLifecycle;
  readonly generations: Generations;
  /** What was done to modules' deliveries and jobs: `pause notes`. */
  readonly work: readonly string[];
  close(): Promise<void>;
}

/** A database and folders for processes to share. */
export interface TestHome {
  readonly database: Database;
  readonly url: string;
  readonly pluginsDir: string;
  readonly dataDir: string;
  start(overrides?: Partial<LifecycleParts>): Promise<TestProcess>;
  scalar(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Creates a migrated database and empty folders. */
export async function openHome(): Promise<TestHome> {
  const testDatabase = await createTestDatabase({ template: { key: await templateKey(), build: migrateCore } });
  const folder = await mkdtemp(join(tmpdir(), 'trellis-kernel-'));
  const database = openDatabase({ url: testDatabase.url }, log);
  const [pluginsDir, dataDir] = [join(folder, 'plugins'), join(folder, 'data')];
  await mkdir(pluginsDir);
  const processes: TestProcess[] = [];
  return {
    database,
    url: testDatabase.url,
    pluginsDir,
    dataDir,
    async start(overrides) {
      const process = await startProcess({ database, pluginsDir, dataDir }, overrides);
      processes.push(process);
      return process;
    },
    async scalar(sql) {
      const { rows } = await database.knex.raw<{ rows: { value: unknown }[] }>(sql);
      return rows[0]?.value;
    },
    close: () => closeAll(processes, database, testDatabase, folder),
  };
}

/** Starts one process on a home that may be another process's. */
export async function startProcess(
  home: { readonly database: Database; readonly pluginsDir: string; readonly dataDir: string },
  overrides: Partial<LifecycleParts> = {},
): Promise<TestProcess> {
  const work: string[] = [];
  const note = (what: string) => (_unit: unknown, module: string | { readonly module: string }) =>
    Promise.resolve(void work.push(`${what} ${typeof module === 'string' ? module : module.module}`));
  const kernel = buildKernel({ drainMs: 200 });
  const lifecycle = createLifecycle({
    ...home,
    log,
    clock: { now: () => new Date() },
    calls: kernel.calls,
    contexts: kernel.contexts,
    generations: kernel.generations,
    core: registerModule(buildModule('core', definePlugin({ register: () => undefined }))),
    process: { id: uuidV7(), version: '0.1.0', serves: true },
    work: {
      pause: note('pause'),
      quarantined: note('quarantined'),
      resume: note('resume'),
      sync: note('sync'),
      remove: note('remove'),
      purge: () => Promise.resolve(),
      takeGrants: () => Promise.resolve([{ role: 'user' }]),
      giveGrants: () => Promise.resolve(),
    },
    info: () => ({ name: 'Test', baseCurrency: 'EUR', timeZone: 'UTC', locale: 'en', publicUrl: 'http://localhost' }),
    wakeRelay: () => undefined,
    readyTables: () => Promise.resolve(),
    checkTables: () => Promise.resolve([]),
    onRestartNeeded: () => undefined,
    ...overrides,
  });
  await lifecycle.open();
  return { lifecycle, generations: kernel.generations, work, close: () => lifecycle.close() };
}

async function closeAll(
  processes: readonly TestProcess[],
  database: Database,
  testDatabase: TestDatabase,
  folder: string,
): Promise<void> {
  await Promise.all(processes.map((process) => process.close()));
  await database.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
}

async function templateKey(): Promise<string> {
  const { hashes } = await loadCoreMigrations();
  return `kernel ${JSON.stringify([...hashes])}`;
}

async function migrateCore(url: string): Promise<void> {
  const database = openDatabase({ url }, log);
  const client = await database.connectDirect();
  await migrate(client, [await loadCoreMigrations()], { log });
  await client.end();
  await database.close();
}
