import type { Generation } from '../generation.js';
import { getPlugin, type LifecycleContext } from './lifecycle-context.js';
import { migratePlugins } from './migrate-plugins.js';
import { findPlugin, readNumber } from './plugin-row.js';

/** What a plugin would be if it ran, for its author: it need not be active. */
export interface PluginDraft {
  readonly folder: string;
  readonly generation: Generation;
}

/** Applies the plugin's migrations and builds a generation with its code, which nobody uses. @throws NotFoundError, PluginError */
export async function draftPlugin(context: LifecycleContext, id: string): Promise<PluginDraft> {
  const { parts, loader } = context;
  const loaded = await loader.load(await getPlugin(context, id));
  await migratePlugins(parts, [loaded]);
  await parts.database.knex('core.plugins').where({ id, state: 'staged' }).update({ state: 'disabled' });
  const others = parts.generations.current().modules.filter(({ module }) => module !== id);
  const required = await loadRequired(
    context,
    Object.keys(loaded.plugin.requires),
    new Set(others.map(({ module }) => module)),
  );
  const modules = [...others, ...required, loaded.registrations];
  const generation = parts.generations.build({
    number: await readNumber(parts.database.knex),
    modules,
    inactive: new Set(),
    settings: new Map(),
  });
  return { folder: loaded.plugin.folder, generation };
}

async function loadRequired({ parts, loader }: LifecycleContext, ids: readonly string[], present: ReadonlySet<string>) {
  const rows = await Promise.all(ids.filter((id) => !present.has(id)).map((id) => findPlugin(parts.database.knex, id)));
  const loaded = await Promise.all(rows.flatMap((row) => (row === undefined ? [] : [loader.load(row)])));
  return loaded.map(({ registrations }) => registrations);
}
