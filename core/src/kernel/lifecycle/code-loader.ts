import { stat } from 'node:fs/promises';
import { PluginError } from '@trellis-crm/sdk';
import type { CallRunner } from '../call-runner.js';
import { loadPlugin } from '../manifest/load-plugin.js';
import { readPlugin, type DescribedPlugin } from '../manifest/plugin-package.js';
import type { Registrations } from '../registrations.js';
import { missingText } from './discovery.js';
import { hashPlugin } from './plugin-files.js';
import type { PluginRow } from './plugin-row.js';

/** A plugin whose code is in this process. */
export interface LoadedPlugin {
  readonly plugin: DescribedPlugin;
  readonly integrity: string;
  readonly registrations: Registrations;
}

/** Loads plugins' code, once per process: Node cannot forget a module, so other code of a plugin needs another process. */
export interface CodeLoader {
  /** @throws PluginError `restart_needed` when this process holds other code of the plugin; `plugin_missing` and others */
  load(row: Pick<PluginRow, 'id' | 'location'>): Promise<LoadedPlugin>;
  loaded(id: string): LoadedPlugin | undefined;
}

/** Creates the loader of one workspace. */
export function createCodeLoader(calls: CallRunner): CodeLoader {
  const loaded = new Map<string, LoadedPlugin>();
  return {
    loaded: (id) => loaded.get(id),
    async load(row) {
      await checkPresent(row);
      const plugin = await readPlugin(row.location);
      const integrity = await hashPlugin(row.location);
      const known = loaded.get(row.id);
      if (known?.integrity === integrity && known.plugin.folder === plugin.folder) return known;
      if (known !== undefined) throw restartNeeded(known, plugin);
      const entry = { plugin, integrity, registrations: await runPluginCode(calls, plugin) };
      loaded.set(row.id, entry);
      return entry;
    },
  };
}

/** Milliseconds that importing and registering may take. */
const loadTimeoutMs = 15_000;

/** Imports a plugin's code and lets it register, within the boundary around all calls into it. @throws PluginError, UnavailableError `plugin_timeout` */
export function runPluginCode(calls: CallRunner, plugin: DescribedPlugin): Promise<Registrations> {
  const call = { module: plugin.id, what: 'loading', timeoutMs: loadTimeoutMs, isLoading: true };
  return calls.run(call, () => loadPlugin(plugin));
}

async function checkPresent(row: Pick<PluginRow, 'id' | 'location'>): Promise<void> {
  const found = await stat(row.location).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new PluginError('plugin_missing', { module: row.id }, { message: missingText(row) });
}

function restartNeeded(known: LoadedPlugin, plugin: DescribedPlugin): PluginError {
  return new PluginError(
    'restart_needed',
    { module: plugin.id },
    {
      message: `This process runs ${known.plugin.id} ${known.plugin.version} and cannot change its code to ${plugin.version}; restart the server`,
    },
  );
}
