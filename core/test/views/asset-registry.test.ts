import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { expect } from 'chai';

import { readCoreAssets } from '../../dist/views/asset-files.js';
import { createAssetRegistry, type AssetResponse } from '../../dist/views/asset-registry.js';

const registry = createAssetRegistry();
const coldBudgetBytes = 120 * 1024;

describe('GET /assets/:name', () => {
  it('serves under an address that changes with the content, for ever', async () => {
    const path = registry.url('app.css');
    const answer = await registry.serve(path, '');

    expect(path).to.match(/^\/assets\/app\.[0-9a-f]{16}\.css$/);
    expect(answer?.headers).to.include({
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(answer?.body.toString()).to.include(registry.url('inter.woff2'));
  });

  it('compresses as the browser asks', async () => {
    const path = registry.url('app.js');
    const plain = await serve(path, 'br;q=0, identity');
    const brotli = await serve(path, 'gzip, deflate, br');
    const gzip = await serve(path, 'gzip');

    expect(plain.headers).not.to.have.property('content-encoding');
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).to.equal(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).to.equal(true);
  });

  it('knows nothing else', async () => {
    expect(await registry.serve('/assets/app.css', '')).to.equal(undefined);
    expect(await registry.serve('/assets/../package.json', '')).to.equal(undefined);
    expect(() => registry.url('app.scss')).to.throw(/app\.scss/);
  });

  it('leaves a first visit room for its page within 120 KB', async () => {
    const names = readCoreAssets()
      .map(({ name }) => name)
      .filter((name) => name !== 'sortable.js');
    const sizes = await Promise.all(
      names.map(async (name) => (await registry.serve(registry.url(name), 'br'))?.body.length ?? 0),
    );

    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(coldBudgetBytes - 15 * 1024);
  });
});

async function serve(path: string, acceptEncoding: string): Promise<AssetResponse> {
  const answer = await registry.serve(path, acceptEncoding);
  if (!answer) throw new Error(`${path} is not there`);
  return answer;
}
