import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSources } from '../../database/migrator/index.js';
import { registerModule } from '../register-module.js';
import { declarationError } from '../registration-checks.js';
import { describeModule } from './describe-module.js';
import { factsOf, importDefinition } from './load-plugin.js';
import { readPluginPackage } from './plugin-package.js';

/** Text of the manifest of a built plugin. @throws PluginError when the plugin breaks a rule */
export async function renderManifest(folder: string): Promise<string> {
  const plugin = await readPluginPackage(folder);
  const registrations = registerModule({ ...factsOf(plugin), definition: await importDefinition(plugin) });
  const hashes = await hashSources(join(folder, 'src'));
  const unhashed = registrations.definition.migrations?.find(({ name }) => !hashes.has(name));
  if (unhashed !== undefined)
    throw declarationError(
      plugin.id,
      'migration_invalid',
      `migration ${unhashed.name} must stand in a file ${unhashed.name}.ts below src`,
    );
  return `${JSON.stringify(describeModule(registrations, hashes), null, 2)}\n`;
}

/** Writes `manifest.json` of a built plugin if it differs. @returns whether it did */
export async function writeManifest(folder: string): Promise<boolean> {
  const path = join(folder, 'manifest.json');
  const text = await renderManifest(folder);
  const before = await readFile(path, 'utf8').catch(() => undefined);
  if (before === text) return false;
  // Renamed into place: a server that starts meanwhile reads the old one or the new one, never half of it.
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
  return true;
}
