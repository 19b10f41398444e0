import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { glob } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { checkSdk, readPlugin, readPluginPackage } from '../../dist/kernel/manifest/plugin-package.js';
import { renderManifest } from '../../dist/kernel/manifest/write-manifest.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('manifest.json', () => {
  it('of every plugin says what its code says', async () => {
    for await (const file of glob('plugins/*/package.json', { cwd: root })) {
      const folder = join(root, dirname(file));

      expect(await readFile(join(folder, 'manifest.json'), 'utf8'), folder).to.equal(await renderManifest(folder));
    }
  });
});

describe('readPluginPackage', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trellis-plugin-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  const valid = {
    name: 'acme-plugin-notes',
    version: '1.0.0',
    exports: { '.': './dist/index.js' },
    trellis: { id: 'acme-notes', kind: 'plugin', sdk: '^0.1.0' },
  };
  const write = (json: object | string): Promise<void> =>
    writeFile(join(folder, 'package.json'), typeof json === 'string' ? json : JSON.stringify(json));
  const read = (): Promise<unknown> => readPluginPackage(folder).catch((error: unknown) => error);
  const problemOf = async (trellis: object): Promise<string> => {
    await write({ ...valid, trellis: { ...valid.trellis, ...trellis } });
    const error = await read();
    return error instanceof Error ? error.message.replace(`${folder}/`, '') : 'accepted';
  };

  it('reads what is needed to list and plan a plugin', async () => {
    await write(valid);

    expect(await read()).to.deep.include({
      id: 'acme-notes',
      version: '1.0.0',
      title: 'Acme notes',
      requires: {},
      capabilities: [],
      entry: join(folder, 'dist/index.js'),
    });
  });

  it('names file, pointer and remedy of what is unknown, missing or wrong', async () => {
    expect(await problemOf({ requirs: {} })).to.equal(
      'package.json at /trellis/requirs: is not known here; did you mean "requires"?',
    );
    expect(await problemOf({ colour: 'red' })).to.contain(
      'package.json at /trellis/colour: is not known here; remove it, or use one of id, kind, sdk',
    );
    expect(await problemOf({ sdk: undefined })).to.equal('package.json at /trellis/sdk: is missing; add it');
    expect(await problemOf({ sdk: 'newest' })).to.equal(
      'package.json at /trellis/sdk: "newest" must be a version range such as "^1.2.0"',
    );
    expect(await problemOf({ id: 'N' })).to.contain('package.json at /trellis/id: must be lower-case letters');
    expect(await problemOf({ id: 'accounts' })).to.equal(
      'package.json at /trellis/id: "accounts" belongs to core; choose another id',
    );
    expect(await problemOf({ requires: { sales: 'x y' } })).to.contain('at /trellis/requires/sales');
  });

  it('says which file is missing or no JSON', async () => {
    const missing = await read();
    await write('{"name": ');
    const broken = await read();

    expect(missing).to.have.property('code', 'manifest_missing');
    expect(broken).to.have.property('message').that.contains('package.json: is not JSON');
  });

  it('refuses a manifest with keys it does not know', async () => {
    await write(valid);
    await writeFile(join(folder, 'manifest.json'), JSON.stringify({ id: 'acme-notes', entitys: [] }));

    const error = await readPlugin(folder).catch((reason: unknown) => reason);

    expect(error)
      .to.have.property('message')
      .that.contains('manifest.json at /entitys: is not known here; did you mean "entities"?');
  });

  it('refuses an entry outside the package', async () => {
    await write({ ...valid, exports: { '.': './../other.js' } });

    expect(await read())
      .to.have.property('message')
      .that.contains('/exports/.');
  });

  it('tells the SDK a plugin needs from the one that is here', () => {
    expect(() => checkSdk({ id: 'notes', version: '2.0.0', sdk: '^9.0.0' })).to.throw(
      'notes 2.0.0 needs SDK ^9.0.0, this is 0.1.0',
    );
  });
});
