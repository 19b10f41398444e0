import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file as it is served, before its name gets a hash. */
export interface AssetFile {
  readonly name: string;
  /** Content type, with charset for text. */
  readonly type: string;
  readonly body: Buffer;
}

/** Folder of core's own style sheets, scripts and icons; the same from `src` and from `dist`. */
export const coreAssetsDir = fileURLToPath(new URL('../../assets', import.meta.url));

/** The whole kit: one style sheet, one script, htmx, the drag library that only boards load, and the font. */
export function readCoreAssets(assetsDir: string = coreAssetsDir): AssetFile[] {
  const { resolve } = createRequire(import.meta.url);
  const htmxDir = dirname(resolve('htmx.org'));
  return [
    { name: 'app.css', type: css, body: Buffer.from(joinStyles(join(assetsDir, 'css'))) },
    { name: 'app.js', type: javascript, body: Buffer.from(joinScripts(join(assetsDir, 'js'))) },
    { name: 'htmx.js', type: javascript, body: readFileSync(join(htmxDir, 'htmx.min.js')) },
    {
      name: 'sortable.js',
      type: javascript,
      body: readFileSync(join(dirname(resolve('sortablejs')), 'Sortable.min.js')),
    },
    { name: 'inter.woff2', type: 'font/woff2', body: readFileSync(resolve(`@fontsource-variable/inter/${font}`)) },
    { name: 'favicon.svg', type: 'image/svg+xml', body: readFileSync(join(assetsDir, 'favicon.svg')) },
  ];
}

/** Joins the style sheets in the order of their numbered names; the layers decide what wins. */
function joinStyles(folder: string): string {
  return readAll(folder, '.css')
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,]) ?/g, '$1')
    .trim();
}

/** Joins the scripts; each keeps its names to itself in a block, and they talk by events. */
function joinScripts(folder: string): string {
  return readAll(folder, '.js')
    .map((source) => `{\n${source.replace(/^\s*(?:\/\*\*.*\*\/|\/\/.*)$/gm, '').replace(/^\s+/gm, '')}}\n`)
    .join('');
}

function readAll(folder: string, extension: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(extension));
  return files.sort().map((file) => readFileSync(join(folder, file), 'utf8'));
}

const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';
const font = 'files/inter-latin-wght-normal.woff2';
