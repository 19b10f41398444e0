import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig, type Config } from '@trellis-crm/config';
import { pino } from 'pino';
import { createPasswords, Passwords } from '../auth/passwords.js';
import { openWorkspace, type OpenWorkspace } from '../composition/open-workspace.js';
import { openDatabase } from '../database/index.js';
import type { TestClock } from './test-clock.js';
import type { TestTemplate } from './test-database.js';
import { createTestPeople } from './test-people.js';

/** What a host is made of: the plugins' folders, and whether they are enabled. */
export interface HostPlan {
  readonly folders: readonly string[];
  readonly enable: boolean;
  readonly config: Config;
  readonly clock: TestClock;
}

const log = pino({ level: 'silent' });

/** Configuration of hosts: any free port, plugins from beside the first folder. */
export function hostConfig(folders: readonly string[], dataDir: string): Config {
  const [first] = folders;
  const pluginsDir = first === undefined ? join(dataDir, 'no-plugins') : dirname(first);
  return loadConfig({ env: {}, root: dataDir, overrides: { port: 0, dataDir, pluginsDir, logLevel: 'silent' } });
}

/** A migrated database with the people and the plugins of a host; rebuilt when any built code is newer. */
export function hostTemplate(plan: HostPlan): TestTemplate {
  const built = [corePackage, migrationsPackage, ...plan.folders].map((folder) => newestIn(join(folder, 'dist')));
  return {
    key: JSON.stringify([plan.folders, plan.enable, built]),
    build: (url) => fillTemplate(url, plan),
  };
}

/** Opens the workspace of a host on its database; the caller closes both. */
export async function openHost(url: string, { config, clock }: HostPlan, serves: boolean) {
  const database = openDatabase({ url }, log);
  try {
    const workspace = await openWorkspace({ config, database, log, clock, serves, waitsWithEvents: true });
    // Real hashes cost 0.4 s each, on purpose.
    workspace.container.register(Passwords, { useValue: createPasswords({ log2Rounds: 10 }) });
    return { database, workspace };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function fillTemplate(url: string, plan: HostPlan): Promise<void> {
  const { database, workspace } = await openHost(url, plan, false);
  try {
    await createTestPeople(workspace);
    await preparePlugins(workspace, plan);
  } finally {
    await workspace.close();
    await database.close();
  }
}

async function preparePlugins({ lifecycle }: OpenWorkspace, { folders, enable, config }: HostPlan): Promise<void> {
  for (const folder of folders) {
    if (dirname(folder) !== config.pluginsDir) await lifecycle.install(folder, 'operator');
  }
  if (!enable) return;
  for (const folder of folders) await lifecycle.enable(pluginIdIn(folder), 'operator', { withRequired: true });
}

function pluginIdIn(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { trellis: { id: string } };
  return manifest.trellis.id;
}

const corePackage = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const migrationsPackage = fileURLToPath(new URL('..', import.meta.resolve('@trellis-crm/migrations'))).replace(
  /\/$/,
  '',
);

/** Newest change below a folder, ms since 1970. */
function newestIn(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.js'));
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}
