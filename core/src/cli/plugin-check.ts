import type { CliContext } from './cli-context.js';
import type { Finding } from './finding.js';

/** Plugins: how many run, and what is wrong with any. Without a database there is nothing to say: its own check does. */
export async function checkPlugins(cli: CliContext): Promise<Finding[]> {
  const workspace = await cli.workspace().catch(() => undefined);
  if (workspace === undefined) return [];
  const [plugins, wrong] = await Promise.all([workspace.lifecycle.list(), workspace.lifecycle.doctor()]);
  const active = plugins.filter(({ state }) => state === 'active').map(({ id }) => id);
  const detail = active.length === 0 ? 'none is active' : `active: ${active.join(', ')}`;
  return [
    { name: 'plugins', status: 'ok', detail },
    ...wrong.map(({ plugin, problem, fix }): Finding => {
      return { name: 'plugins', status: 'warning', detail: `${plugin}: ${problem}`, fix };
    }),
  ];
}
