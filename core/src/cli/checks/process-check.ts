import type { LiveProcess } from '../../kernel/lifecycle/processes.js';
import { readInstance } from '../../supervisor/index.js';
import type { CliContext } from '../cli-context.js';
import { examinableWorkspace } from './examinable-workspace.js';
import type { Finding } from './finding.js';

/** The supervisor of this data folder, and the server processes wherever they run. */
export async function checkProcesses(cli: CliContext): Promise<Finding[]> {
  const instance = await readInstance(cli.config.dataDir);
  const detail =
    instance === undefined
      ? 'not running'
      : `${instance.state}, pid ${instance.pid}, ${instance.url ?? 'no address yet'}`;
  const server: Finding = { name: 'server', status: 'ok', detail };
  const workspace = await examinableWorkspace(cli);
  if (workspace === undefined) return [server];
  const { readLiveProcesses } = await import('../../kernel/lifecycle/processes.js');
  const live = await readLiveProcesses(workspace.database.knex);
  return [server, describe(live, instance?.state === 'running')];
}

function describe(live: readonly LiveProcess[], isRunning: boolean): Finding {
  const name = 'processes';
  if (live.length === 0) {
    if (!isRunning) return { name, status: 'ok', detail: 'none' };
    const detail = 'the server runs, but no process of it gives a sign of life';
    return { name, status: 'error', detail, fix: 'read its log; restart it' };
  }
  const detail = live
    .map(({ host, pid, version, generation }) => `${host}:${pid} (${version}, generation ${generation})`)
    .join(', ');
  const versions = new Set(live.map(({ version }) => version));
  if (versions.size === 1) return { name, status: 'ok', detail };
  return { name, status: 'warning', detail, fix: 'they run different versions: restart the older ones' };
}
