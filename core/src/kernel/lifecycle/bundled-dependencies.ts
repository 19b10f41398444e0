import { cp, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PluginError } from '@trellis-crm/sdk';
import semver from 'semver';

/** The SDK is the host's own: a second copy would only cost memory. */
const hostPackage = '@trellis-crm/sdk';

/**
 * Puts the npm packages that the plugin in `source` needs, and those they need, below `node_modules` of `target`. What `target`
 * brought along stays; the rest is looked for beside `source`, then beside the host.
 * @throws PluginError `dependency_missing` for one that is nowhere in a fitting version
 */
export async function completeDependencies(source: string, target: string): Promise<void> {
  const done = new Set([hostPackage]);
  const queue = await needsOf(source);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (done.has(next.name)) continue;
    done.add(next.name);
    const home = join(target, 'node_modules', next.name);
    const found = (await exists(join(home, 'package.json'))) ? home : await findPackage(next);
    if (found !== home)
      await cp(found, home, { recursive: true, dereference: true, filter: (path) => isNeeded(found, path) });
    queue.push(...(await needsOf(found)));
  }
}

interface Need {
  /** Folder of the package that needs it. */
  readonly from: string;
  readonly name: string;
  readonly range: string;
}

async function needsOf(folder: string): Promise<Need[]> {
  const { dependencies = {} } = await readJson(folder);
  return Object.entries(dependencies).map(([name, range]) => ({ from: folder, name, range }));
}

async function findPackage(need: Need): Promise<string> {
  const host = fileURLToPath(new URL('../../..', import.meta.url));
  const candidates = [...(await lookUp(need.from, need.name)), ...(await lookUp(host, need.name))];
  for (const candidate of candidates) {
    const { version = '' } = await readJson(candidate);
    if (semver.satisfies(version, need.range) || semver.validRange(need.range) === null) return candidate;
  }
  const fix = 'install it there, or pack the plugin with it in bundleDependencies';
  const message = `The npm package ${need.name} ${need.range} that the plugin needs is not there; ${fix}`;
  throw new PluginError('dependency_missing', { package: need.name }, { message });
}

/** Where Node would find a package: in `node_modules` of the folder and of those above, nearest first. */
async function lookUp(from: string, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let folder = await realpath(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (await exists(join(candidate, 'package.json'))) found.push(await realpath(candidate));
    if (folder === dirname(folder)) return found;
  }
}

interface PackageFacts {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function readJson(folder: string): Promise<PackageFacts> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as PackageFacts;
}

function isNeeded(root: string, path: string): boolean {
  const [first = ''] = relative(root, path).split(sep);
  return !['node_modules', 'src', 'test', 'dist-test', '.git'].includes(first);
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
