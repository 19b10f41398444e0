import { join } from 'node:path';
import { PluginError, SDK_VERSION } from '@trellis-crm/sdk';
import semver from 'semver';
import { reservedIds } from '../registration-checks.js';
import { readCheckedJson } from './json-check.js';
import { PluginManifestSchema, type PluginManifest } from './manifest-schema.js';
import { PackageJson } from './package-schema.js';

/** What a plugin's folder says about it, read without running its code. */
export interface PluginPackage {
  readonly folder: string;
  readonly id: string;
  readonly version: string;
  /** Name for people. */
  readonly title: string;
  readonly summary: string;
  readonly sdk: string;
  readonly requires: Readonly<Record<string, string>>;
  readonly optional: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** npm packages it needs beside the SDK. */
  readonly dependencies: readonly string[];
  /** File with the plugin's code. */
  readonly entry: string;
}

/** A plugin's package with what its build noted about the code. */
export interface DescribedPlugin extends PluginPackage {
  readonly manifest: PluginManifest;
}

/** Reads `package.json` of a plugin's folder. @throws PluginError `manifest_missing`, `manifest_invalid`, `id_reserved` */
export async function readPluginPackage(folder: string): Promise<PluginPackage> {
  const path = join(folder, 'package.json');
  const json = await readCheckedJson(path, PackageJson);
  const { id, sdk, requires = {}, optional = {}, capabilities = [] } = json.trellis;
  if (reservedIds.has(id)) throw reservedId(path, id);
  checkRanges(path, { '/trellis/sdk': sdk, ...pointersOf('requires', requires), ...pointersOf('optional', optional) });
  const entry = join(folder, entryOf(path, json.exports['.']));
  const dependencies = Object.keys(json.dependencies ?? {});
  return {
    folder,
    id,
    version: json.version,
    ...wordsOf(json),
    sdk,
    requires,
    optional,
    capabilities,
    dependencies,
    entry,
  };
}

function wordsOf({
  trellis: { id, market = {} },
  description = '',
}: PackageJson): Pick<PluginPackage, 'title' | 'summary'> {
  return { title: market.title ?? titleOf(id), summary: market.summary ?? description };
}

/** Reads a plugin's folder with its manifest. @throws PluginError like {@link readPluginPackage} */
export async function readPlugin(folder: string): Promise<DescribedPlugin> {
  const plugin = await readPluginPackage(folder);
  const path = join(folder, 'manifest.json');
  const manifest = await readCheckedJson(path, PluginManifestSchema);
  if (manifest.id !== plugin.id) {
    throw new PluginError(
      'manifest_outdated',
      { file: path },
      { message: `${path} at /id: says "${manifest.id}", package.json says "${plugin.id}"; build the plugin` },
    );
  }
  return { ...plugin, manifest };
}

/** @throws PluginError `sdk_mismatch` when the plugin was written for another SDK */
export function checkSdk(plugin: Pick<PluginPackage, 'id' | 'version' | 'sdk'>): void {
  if (semver.satisfies(SDK_VERSION, plugin.sdk)) return;
  throw new PluginError(
    'sdk_mismatch',
    { module: plugin.id, sdk: plugin.sdk },
    {
      message: `${plugin.id} ${plugin.version} needs SDK ${plugin.sdk}, this is ${SDK_VERSION}; install a version of the plugin made for it`,
    },
  );
}

function titleOf(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function pointersOf(key: string, ranges: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ranges).map(([id, range]) => [`/trellis/${key}/${id}`, range]));
}

function checkRanges(path: string, ranges: Readonly<Record<string, string>>): void {
  const wrong = Object.entries(ranges).find(([, range]) => semver.validRange(range) === null);
  if (wrong === undefined) return;
  const [pointer, range] = wrong;
  const message = `${path} at ${pointer}: "${range}" must be a version range such as "^1.2.0"`;
  throw new PluginError('manifest_invalid', { file: path }, { message });
}

function reservedId(path: string, id: string): PluginError {
  const message = `${path} at /trellis/id: "${id}" belongs to core; choose another id`;
  return new PluginError('id_reserved', { file: path }, { message });
}

/** `exports["."]` is a path, or conditions of which `default` is one. */
function entryOf(path: string, target: unknown): string {
  const conditions = typeof target === 'object' && target !== null ? Object.entries(target) : [['default', target]];
  const entry: unknown = new Map<unknown, unknown>(conditions as [unknown, unknown][]).get('default');
  if (typeof entry === 'string' && entry.startsWith('./') && !entry.split('/').includes('..')) return entry;
  throw new PluginError(
    'manifest_invalid',
    { file: path },
    { message: `${path} at /exports/.: must name a file of the package, such as "./dist/index.js"` },
  );
}
