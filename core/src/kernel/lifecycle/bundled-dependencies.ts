import { cp, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { PluginError } from '@trellis-crm/sdk';

/** The SDK is the host's own: a second copy would only cost memory. */
const hostPackage = '@trellis-crm/sdk';

/** Copies the npm packages that the plugin in `source` needs, and those they need, below `node_modules` of `target`. @throws PluginError `dependency_missing` */
export async function copyDependencies(source: string, target: string): Promise<void> {
  const copied = new Set([hostPackage]);
  const queue: { readonly from: string; readonly name: string }[] = await needsOf(source);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (copied.has(next.name)) continue;
    copied.add(next.name);
    const found = await findPackage(next.from, next.name);
    await cp(found, join(target, 'node_modules', next.name), {
      recursive: true,
      dereference: true,
      filter: (path) => isNeeded(found, path),
    });
    queue.push(...(await needsOf(found)));
  }
}

async function needsOf(folder: string): Promise<{ readonly from: string; readonly name: string }[]> {
  const json: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const dependencies: unknown =
    typeof json === 'object' && json !== null ? Reflect.get(json, 'dependencies') : undefined;
  return Object.keys(dependencies ?? {}).map((name) => ({ from: folder, name }));
}

/** As Node looks for it: in `node_modules` of the folder and of those above. */
async function findPackage(from: string, name: string): Promise<string> {
  for (let folder = await realpath(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    const found = await stat(join(candidate, 'package.json')).catch(() => undefined);
    if (found !== undefined) return realpath(candidate);
    if (folder === dirname(folder)) {
      throw new PluginError(
        'dependency_missing',
        { package: name },
        { message: `The npm package ${name} that ${from} needs is not installed; run npm install there` },
      );
    }
  }
}

function isNeeded(root: string, path: string): boolean {
  const [first = ''] = relative(root, path).split(sep);
  return !['node_modules', 'src', 'test', 'dist-test', '.git'].includes(first);
}
