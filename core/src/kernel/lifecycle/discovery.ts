import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PluginError } from '@trellis-crm/sdk';
import type { Knex } from 'knex';
import type { BaseLogger } from 'pino';
import { readPlugin, type DescribedPlugin } from '../manifest/plugin-package.js';
import { pluginIdPattern } from '../registration-checks.js';
import { hashPlugin } from './plugin-files.js';
import { readPlugins, savePackage, updatePlugin, type PluginRow } from './plugin-row.js';

/**
 * Offers the plugins of a folder as staged and notes what changed about known ones. A broken manifest becomes a plugin that
 * says so; nothing of a plugin's code runs.
 */
export async function discoverPlugins(connection: Knex, pluginsDir: string, log: BaseLogger): Promise<void> {
  const known = new Map((await readPlugins(connection)).map((row) => [row.id, row]));
  for (const folder of await pluginFolders(pluginsDir)) {
    const found = await readFound(folder, log);
    if (found !== undefined) await noteFound(connection, found, known.get(found.id));
  }
  for (const row of known.values()) await noteMissing(connection, row);
}

interface Found {
  readonly id: string;
  readonly folder: string;
  readonly plugin?: DescribedPlugin;
  readonly integrity: string;
  readonly problem: string | null;
}

async function readFound(folder: string, log: BaseLogger): Promise<Found | undefined> {
  try {
    const plugin = await readPlugin(folder);
    return { id: plugin.id, folder, plugin, integrity: await hashPlugin(folder), problem: null };
  } catch (error) {
    const id = folder.split(/[/\\]/).at(-1) ?? '';
    const problem = error instanceof Error ? error.message : String(error);
    if (pluginIdPattern.test(id) && error instanceof PluginError) return { id, folder, integrity: '', problem };
    log.warn({ folder, problem }, 'a folder among the plugins is none');
    return undefined;
  }
}

async function noteFound(connection: Knex, found: Found, row: PluginRow | undefined): Promise<void> {
  if (row !== undefined && !(await isOurs(row, found))) return;
  if (found.plugin === undefined) {
    if (row === undefined) await savePackage(connection, placeholder(found), '', 'staged');
    await updatePlugin(connection, found.id, { reason: found.problem, integrity: '' });
    return;
  }
  if (row !== undefined && isSame(row, found)) return;
  await savePackage(connection, found.plugin, found.integrity, 'staged');
  await updatePlugin(connection, found.id, { reason: null });
}

/**
 * Whether a known plugin is what lies in the folder, and not a copy installed elsewhere. Active ones are looked at when they start;
 * archived ones stay as they are, since their data has another version's shape.
 */
async function isOurs(row: PluginRow, found: Found): Promise<boolean> {
  if (row.state !== 'staged' && row.state !== 'disabled') return false;
  return row.location === found.folder || !(await exists(row.location));
}

function isSame(row: PluginRow, found: Found): boolean {
  return row.integrity === found.integrity && row.location === found.folder;
}

/** An offer whose folder is gone is withdrawn; whatever has data stays and says what it lacks. */
async function noteMissing(connection: Knex, row: PluginRow): Promise<void> {
  if (row.state === 'archived' || (await exists(row.location))) return;
  if (row.state === 'staged') await connection('core.plugins').where({ id: row.id }).delete();
  if (row.state === 'disabled') await updatePlugin(connection, row.id, { reason: missingText(row), integrity: '' });
}

/** What to say of a plugin whose files are gone. */
export function missingText(row: Pick<PluginRow, 'id' | 'location'>): string {
  return `${row.id} is missing from disk: ${row.location}. Put it back or install it again`;
}

function placeholder(found: Found): DescribedPlugin {
  const nothing = {
    entities: [],
    extensions: [],
    permissions: {},
    routes: [],
    pages: [],
    slots: [],
    points: [],
    panels: [],
    blocks: [],
    contributions: [],
    emits: [],
    subscriptions: [],
    live: [],
    guards: [],
    jobs: [],
    contracts: [],
    settings: null,
    seeds: { first: false, demo: false },
    migrations: [],
  };
  const { id, folder } = found;
  return {
    id,
    folder,
    version: '0.0.0',
    title: id,
    summary: '',
    sdk: '*',
    requires: {},
    optional: {},
    capabilities: [],
    dependencies: [],
    entry: folder,
    manifest: { id, ...nothing },
  };
}

async function pluginFolders(pluginsDir: string): Promise<readonly string[]> {
  const entries = await readdir(pluginsDir, { withFileTypes: true }).catch(() => []);
  const folders = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(pluginsDir, entry.name));
  const checked = await Promise.all(folders.map((folder) => exists(join(folder, 'package.json'))));
  return folders.filter((_, index) => checked[index] === true).sort();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
