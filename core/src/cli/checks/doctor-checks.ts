import { readFile, statfs } from 'node:fs/promises';
import type { CliContext } from '../cli-context.js';
import { checkBackground } from './background-check.js';
import { checkBackups } from './backup-check.js';
import { checkCosts } from './cost-check.js';
import { checkDatabase } from './database-check.js';
import { checkPlugins } from './plugin-check.js';
import { checkProcesses } from './process-check.js';
import { checkSchema, checkTables } from './schema-check.js';
import type { DoctorCheck, Finding } from './finding.js';

/** Every check, in the order they are shown; a room with something to check adds its own here. */
export const doctorChecks: readonly DoctorCheck[] = [
  checkVersions,
  checkFolders,
  checkDatabase,
  checkSchema,
  checkProcesses,
  checkTables,
  checkPlugins,
  checkCosts,
  checkBackground,
  checkBackups,
];

const leastFreeBytes = 500_000_000;

async function checkVersions(): Promise<Finding[]> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8'));
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
