import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Manifests from '../../core/dist/kernel/manifest/write-manifest.js';
import { root } from './installation.js';

/** How a plugin of `test/fault/bad-plugins` is made installable. */
export interface BadPluginOptions {
  /** Id of the package; the name of its file unless told. */
  readonly id?: string;
  readonly capabilities?: readonly string[];
  /** Its code cannot be asked for a manifest: it misbehaves when it is loaded. */
  readonly isBadAtLoad?: boolean;
  readonly version?: string;
}

/**
 * Makes the package of a bad plugin: `package.json`, its code, its manifest, its migrations' sources. Renamed into place, so that a
 * server that looks for plugins meanwhile never sees half of one. @returns its folder
 */
export async function writeBadPlugin(parent: string, name: string, options: BadPluginOptions = {}): Promise<string> {
  const { id = name, isBadAtLoad = false, capabilities = [], version = '1.0.0' } = options;
  const draft = join(parent, '..', 'drafts', `${id}-${process.hrtime.bigint()}`);
  const code = join(root, 'test', 'fault', 'bad-plugins', `${name}.js`);
  await mkdir(join(draft, 'src', 'migrations'), { recursive: true });
  await mkdir(join(draft, 'views'));
  await mkdir(join(draft, 'locales'));
  const trellis = { id, kind: 'plugin', sdk: '^0.1.0', capabilities };
  const facts = { name: `plugin-${id}`, version, type: 'module', exports: { '.': './index.js' }, trellis };
  await writeFile(join(draft, 'package.json'), JSON.stringify(facts));
  await writeFile(join(draft, 'locales', 'en.json'), JSON.stringify({ 'plugin.name': id, panel: 'Panel' }));
  await writeFile(join(draft, 'views', 'panel.hbs'), '{{!-- A panel. Context: { text } --}}\n<p>{{text}}</p>\n');
  await copyFile(code, join(draft, 'index.js'));
  for (const migration of (await readFile(code, 'utf8')).match(/\d{14}_[a-z-]+/g) ?? [])
    await copyFile(code, join(draft, 'src', 'migrations', `${migration}.ts`));
  await writeFile(join(draft, 'manifest.json'), await manifestOf(draft, isBadAtLoad));
  const folder = join(parent, id);
  await rename(draft, folder);
  return folder;
}

async function manifestOf(folder: string, isBadAtLoad: boolean): Promise<string> {
  const url = new URL('../../../core/dist/kernel/manifest/write-manifest.js', import.meta.url);
  const { renderManifest } = (await import(url.href)) as typeof Manifests;
  if (!isBadAtLoad) return renderManifest(folder);
  const code = await readFile(join(folder, 'index.js'));
  await writeFile(join(folder, 'index.js'), 'export default { register() {} };\n');
  const manifest = await renderManifest(folder);
  await writeFile(join(folder, 'index.js'), code);
  return manifest;
}
