import { readFile, statfs } from 'node:fs/promises';
import { StartError } from '@trellis-crm/config';
import { checkServer } from '../database/server-check.js';
import { readInstance } from '../supervisor/index.js';
import { checkBackground } from './background-check.js';
import type { CliContext } from './cli-context.js';
import { checkPlugins } from './plugin-check.js';
import type { DoctorCheck, Finding } from './finding.js';

/** Every check, in the order they are shown; a room with something to check adds its own here. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkVersions,
  checkFolders,
  checkInstance,
  checkDatabase,
  checkTables,
  checkPlugins,
  checkBackground,
];

const leastFreeBytes = 500_000_000;

async function checkVersions(): Promise<Finding[]> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '?';
  const { versions, platform, arch } = process;
  return [
    {
      name: 'version',
      status: 'ok',
      detail: `Trellis ${String(version)}, Node.js ${versions.node}, ${platform}-${arch}`,
    },
  ];
}

async function checkFolders(cli: CliContext): Promise<Finding[]> {
  const { dataDir, pluginsDir } = cli.config;
  const free = await statfs(dataDir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  const space = free === undefined ? 'does not exist yet' : `${(free / 1e9).toFixed(1)} GB free`;
  const isFull = free !== undefined && free < leastFreeBytes;
  return [
    {
      name: 'data',
      status: isFull ? 'warning' : 'ok',
      detail: `${dataDir}, ${space}`,
      ...(isFull ? { fix: 'make room: a full disk stops the database' } : {}),
    },
    { name: 'plugins', status: 'ok', detail: pluginsDir },
  ];
}

async function checkInstance(cli: CliContext): Promise<Finding[]> {
  const instance = await readInstance(cli.config.dataDir);
  const detail =
    instance === undefined
      ? 'not running'
      : `${instance.state}, pid ${instance.pid}, ${instance.url ?? 'no address yet'}`;
  return [{ name: 'server', status: 'ok', detail }];
}

async function checkDatabase(cli: CliContext): Promise<Finding[]> {
  try {
    const { options, home } = await cli.database();
    const { version, warnings } = await checkServer(options, 0);
    const place = home === undefined ? 'of DATABASE_URL' : `embedded, in ${home}`;
    return [
      { name: 'database', status: 'ok', detail: `PostgreSQL ${version}, ${place}` },
      ...warnings.map((detail): Finding => ({ name: 'database', status: 'warning', detail, fix: 'turn it on' })),
    ];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [{ name: 'database', status: 'error', detail: `${error.message}: ${error.reason}`, fix: error.fix }];
  }
}

/** Loaded late, like the workspace itself. A database that cannot be reached was reported before. */
async function checkTables(cli: CliContext): Promise<Finding[]> {
  const workspace = await cli.workspace().catch((error: unknown) => {
    if (error instanceof StartError) return undefined;
    throw error;
  });
  if (workspace === undefined) return [];
  const { findDrift } = await import('../records/drift.js');
  const entities = [...workspace.generation().entities.values()];
  const drift = await findDrift(workspace.database.knex, entities);
  if (drift.length > 0)
    return drift.map(({ problem, fix }) => ({ name: 'tables', status: 'error', detail: problem, fix }));
  return [{ name: 'tables', status: 'ok', detail: `fit the declarations of ${entities.length} entities` }];
}
