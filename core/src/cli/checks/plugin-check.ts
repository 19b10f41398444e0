import type { CliContext } from '../cli-context.js';
import { examinableWorkspace } from './examinable-workspace.js';
import type { Finding } from './finding.js';

/** Plugins: how many run, and what is wrong with any. Tables that do not fit are told by their own check. */
export async function checkPlugins(cli: CliContext): Promise<Finding[]> {
  const workspace = await examinableWorkspace(cli);
  if (workspace === undefined) return [];
  const { findDrift } = await import('../../records/drift.js');
  const entities = [...workspace.generation().entities.values()];
  const drift = await findDrift(workspace.database.knex, entities);
  const told = new Set(drift.map(({ problem, fix }) => `${problem}: ${fix}`));
  const [plugins, wrong] = await Promise.all([workspace.lifecycle.list(), workspace.lifecycle.doctor()]);
  const active = plugins.filter(({ state }) => state === 'active').map(({ id }) => id);
  const detail = active.length === 0 ? 'none is active' : `active: ${active.join(', ')}`;
  return [
    { name: 'plugins', status: 'ok', detail },
    ...wrong
      .filter(({ problem }) => !told.has(problem))
      .map(({ plugin, problem, fix }): Finding => {
        return { name: 'plugins', status: 'warning', detail: `${plugin}: ${problem}`, fix };
      }),
  ];
}
