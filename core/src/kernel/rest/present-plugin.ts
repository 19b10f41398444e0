import type { Operation } from '../lifecycle/journal.js';
import type { PluginView } from '../lifecycle/plugin-view.js';

/** JSON of a plugin. */
export function presentPlugin(plugin: PluginView): object {
  const { lastFault, ...timings } = plugin.timings;
  return {
    ...plugin,
    timings: { ...timings, lastFault: lastFault === null ? null : { ...lastFault, at: lastFault.at.toISOString() } },
  };
}

/** JSON of a journaled operation; its input may name folders of the server and stays out. */
export function presentOperation({ input: _input, startedAt, finishedAt, ...operation }: Operation): object {
  return { ...operation, startedAt: startedAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
}
