import { isDeepStrictEqual } from 'node:util';
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { PluginError, type PermissionKey, type PluginDefinition } from '@trellis-crm/sdk';
import { schemaOf, type ModuleMigrations } from '../../database/migrator/index.js';
import { registerModule } from '../register-module.js';
import { declarationError } from '../registration-checks.js';
import type { Registrations } from '../registrations.js';
import { describeModule } from './describe-module.js';
import { watchIntrinsics } from './intrinsics-watch.js';
import type { PluginManifest } from './manifest-schema.js';
import { checkSdk, type DescribedPlugin, type PluginPackage } from './plugin-package.js';

/**
 * Imports a plugin's code and lets it register. Code is kept by Node for the life of the process: the same folder gives the same code.
 * @throws PluginError that names the plugin and what to do
 */
export async function loadPlugin(plugin: DescribedPlugin): Promise<Registrations> {
  checkSdk(plugin);
  const registrations = await registerWatched(plugin);
  const hashes = new Map(plugin.manifest.migrations.map(({ name, hash }) => [name, hash]));
  const difference = findDifference(plugin.manifest, describeModule(registrations, hashes));
  if (difference !== undefined) {
    throw declarationError(
      plugin.id,
      'manifest_outdated',
      `its manifest.json differs from its code in "${difference}"; build the plugin`,
    );
  }
  return registrations;
}

/** What code changed of what everybody shares is undone, and the plugin refused: it would change how core and others work. */
async function registerWatched(plugin: PluginPackage): Promise<Registrations> {
  const watch = watchIntrinsics();
  // An import may take its time, and core goes on meanwhile.
  const undoing = setInterval(watch.undo, 2);
  try {
    const registrations = registerModule({ ...factsOf(plugin), definition: await importDefinition(plugin) });
    assertUnchanged(plugin.id, watch.undo());
    return registrations;
  } finally {
    clearInterval(undoing);
    watch.undo();
  }
}

function assertUnchanged(id: string, changes: readonly string[]): void {
  if (changes.length === 0) return;
  throw declarationError(
    id,
    'intrinsics_changed',
    `it changes what all code shares: ${changes.slice(0, 5).join(', ')}`,
  );
}

/** Migrations of a loaded plugin with the hashes its build noted. */
export function migrationsOf(plugin: DescribedPlugin, registrations: Registrations): ModuleMigrations {
  return {
    module: plugin.id,
    schemaName: schemaOf(plugin.id),
    migrations: registrations.definition.migrations ?? [],
    hashes: new Map(plugin.manifest.migrations.map(({ name, hash }) => [name, hash])),
  };
}

/** Imports the definition alone, for the build that writes the manifest. @throws PluginError */
export async function importDefinition(plugin: PluginPackage): Promise<PluginDefinition> {
  await checkEntry(plugin);
  const code = await importEntry(plugin);
  const definition: unknown = code.default;
  if (isDefinition(definition)) return definition;
  throw declarationError(plugin.id, 'definition_missing', 'its entry does not export definePlugin(…) by default');
}

/** Facts of `package.json` as the host keeps them. */
export function factsOf(plugin: PluginPackage): Omit<Registrations, 'definition' | keyof Lists> {
  const { id, version, title, folder, requires, optional } = plugin;
  return {
    module: id,
    version,
    title,
    folder,
    requires,
    optional,
    capabilities: plugin.capabilities as readonly PermissionKey[],
  };
}

type Lists = Pick<
  Registrations,
  | 'routes'
  | 'pages'
  | 'panels'
  | 'blocks'
  | 'subscriptions'
  | 'live'
  | 'guards'
  | 'contributions'
  | 'jobs'
  | 'providers'
>;

async function checkEntry(plugin: PluginPackage): Promise<void> {
  const found = await stat(plugin.entry).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new PluginError(
    'code_missing',
    { module: plugin.id },
    { message: `Plugin ${plugin.id}: its code ${plugin.entry} is missing; build or install it again` },
  );
}

async function importEntry(plugin: PluginPackage): Promise<{ readonly default?: unknown }> {
  try {
    return (await import(pathToFileURL(plugin.entry).href)) as { readonly default?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw declarationError(plugin.id, 'import_failed', `its code cannot be loaded: ${reason}`, error);
  }
}

function isDefinition(value: unknown): value is PluginDefinition {
  return typeof value === 'object' && value !== null && 'register' in value && typeof value.register === 'function';
}

function findDifference(noted: PluginManifest, actual: PluginManifest): string | undefined {
  return Object.keys(actual).find((key) => !isDeepStrictEqual(Reflect.get(noted, key), Reflect.get(actual, key)));
}
