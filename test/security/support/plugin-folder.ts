import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PluginDefinition } from '@trellis-crm/sdk';
import type * as Manifest from '../../../core/dist/kernel/manifest/write-manifest.js';
import { loadCore } from './core-rooms.js';

/** Makes an installable package of the compiled fixture `plugins/<id>`; rewritten only when its code changed. @returns its folder */
export async function pluginFolder(id: string, trellis: object = {}): Promise<string> {
  const code = new URL(`../plugins/${id}/`, import.meta.url);
  const folder = join(home, id);
  const entry = new URL('plugin.js', code).href;
  const { default: definition } = (await import(entry)) as { readonly default: PluginDefinition };
  const facts = { name: `plugin-${id}`, version: '1.0.0', type: 'module', exports: { '.': './dist/index.js' } };
  await put(
    join(folder, 'package.json'),
    JSON.stringify({ ...facts, trellis: { id, kind: 'plugin', sdk: '^0.1.0', ...trellis } }),
  );
  await put(join(folder, 'dist', 'index.js'), `// ${await hashOf(code)}\nexport { default } from '${entry}';\n`);
  await put(join(folder, 'src', 'index.ts'), '');
  for (const { name, up } of definition.migrations ?? [])
    await put(join(folder, 'src', 'migrations', `${name}.ts`), up.toString());
  const { renderManifest } = await loadCore<typeof Manifest>('kernel/manifest/write-manifest.js');
  await put(join(folder, 'manifest.json'), await renderManifest(folder));
  return folder;
}

/** A real plugin of this repository beside the fixtures: a host finds all of its plugins in one folder. @returns its folder */
export async function realPluginFolder(id: string): Promise<string> {
  const link = join(home, id);
  await mkdir(home, { recursive: true });
  const source = fileURLToPath(new URL(`../../../../plugins/${id}`, import.meta.url));
  // A junction needs no privilege on Windows; elsewhere the kind is ignored.
  await symlink(source, link, 'junction').catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return link;
}

const home = fileURLToPath(new URL('../../../../.trellis/security-plugins', import.meta.url));

async function hashOf(folder: URL): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.js')).sort())
    hash.update(await readFile(new URL(name, folder)));
  return hash.digest('hex');
}

async function put(path: string, text: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return;
  await mkdir(dirname(path), { recursive: true });
  // Tests run in several processes: none may meet half a file of another.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
