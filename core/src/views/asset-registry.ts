import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

import { readCoreAssets, type AssetFile } from './asset-files.js';

/** What the HTTP layer sends for one asset; `etag`-less because the address itself changes with the content. */
export interface AssetResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Style sheet, scripts and font under addresses that contain a hash of the content, so browsers keep them for ever. */
export interface AssetRegistry {
  /** Address of a named asset, e.g. `app.css`. @throws Error for a name that does not exist: a template has a typo. */
  url(name: string): string;
  /** @param path as requested, e.g. `/assets/app.1f3a….css`; `undefined` when there is nothing under it. */
  serve(path: string, acceptEncoding: string): Promise<AssetResponse | undefined>;
}

/** Reads and hashes all assets; each is compressed when it is first asked for, off the event loop, and kept. */
export function createAssetRegistry(files: readonly AssetFile[] = readCoreAssets()): AssetRegistry {
  const assets = linkStyles(files).map(toAsset);
  const byName = new Map(assets.map((asset) => [asset.name, asset]));
  const byPath = new Map(assets.map((asset) => [asset.path, asset]));
  return {
    url(name) {
      const asset = byName.get(name);
      if (!asset) throw new Error(`There is no asset named ${name}`);
      return asset.path;
    },
    async serve(path, acceptEncoding) {
      const asset = byPath.get(path);
      if (!asset) return undefined;
      const encoding = asset.isCompressible ? chooseEncoding(acceptEncoding) : 'identity';
      const body = await asset.encoded(encoding);
      return { body, headers: headersOf(asset, encoding, body) };
    },
  };
}

/** Points `url('/assets/inter.woff2')` in a style sheet to the hashed address. */
function linkStyles(files: readonly AssetFile[]): AssetFile[] {
  const paths = new Map(files.map((file) => [`/assets/${file.name}`, toAsset(file).path]));
  return files.map((file) => {
    if (!file.name.endsWith('.css')) return file;
    const linked = file.body.toString('utf8').replace(/\/assets\/[\w.-]+/g, (path) => paths.get(path) ?? path);
    return { ...file, body: Buffer.from(linked) };
  });
}

type Encoding = 'br' | 'gzip' | 'identity';

interface Asset {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly isCompressible: boolean;
  encoded(encoding: Encoding): Promise<Buffer>;
}

function toAsset(file: AssetFile): Asset {
  const hash = createHash('sha256').update(file.body).digest('hex').slice(0, 16);
  const dot = file.name.lastIndexOf('.');
  const made = new Map<Encoding, Promise<Buffer>>();
  return {
    name: file.name,
    path: `/assets/${file.name.slice(0, dot)}.${hash}${file.name.slice(dot)}`,
    type: file.type,
    isCompressible: file.type.startsWith('text/') || file.type.endsWith('svg+xml'),
    encoded(encoding) {
      const known = made.get(encoding);
      if (known) return known;
      const body = compress[encoding](file.body);
      made.set(encoding, body);
      return body;
    },
  };
}

const compress: Readonly<Record<Encoding, (body: Buffer) => Promise<Buffer>>> = {
  br: (body) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
  gzip: (body) => promisify(gzip)(body, { level: 9 }),
  identity: (body) => Promise.resolve(body),
};

function chooseEncoding(acceptEncoding: string): Encoding {
  const accepted = acceptEncoding.split(',').filter((part) => !/;\s*q=0(?:\.0*)?\s*$/.test(part));
  const names = accepted.map((part) => part.split(';')[0]?.trim().toLowerCase());
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity';
}

function headersOf(asset: Asset, encoding: Encoding, body: Buffer): Record<string, string> {
  return {
    'content-type': asset.type,
    'content-length': String(body.length),
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    ...(asset.isCompressible ? { vary: 'accept-encoding' } : {}),
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
  };
}
