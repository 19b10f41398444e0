import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestHost, TestResponse } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { create } from 'tar';
import { createTestHost } from '../../dist/testing/index.js';
import { createNotes, writePlugin } from './plugin-fixtures.js';

const register = `host.routes({ 'GET /notes': { access: 'signed-in', handle: async () => ({ notes: 2 }) } });`;
const settings = `settings: { schema: { type: 'object', properties: { days: { type: 'integer', minimum: 1, default: 7 } } } },`;

describe('/api/v1/plugins', () => {
  let host: TestHost;
  let home: string;
  let folder: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'trellis-rest-'));
    folder = await writePlugin(join(home, 'packages'), { id: 'notes', members: settings, register });
    host = await createTestHost();
  });

  after(async () => {
    await host.close();
    await rm(home, { recursive: true });
  });

  async function pack(source: string, files?: readonly string[]): Promise<string> {
    const file = join(home, `${basename(source)}-${Date.now()}.tgz`);
    await create({ gzip: true, file, cwd: source, prefix: 'package' }, [...(files ?? (await readdir(source)))]);
    return file;
  }

  async function upload(file: string): Promise<TestResponse> {
    return host.as(host.admin).post('/api/v1/plugins', await readFile(file), { 'Content-Type': 'application/gzip' });
  }

  it('is for administrators of plugins', async () => {
    const signedOut = await host.as().get('/api/v1/plugins');
    const user = await host.as(host.user).post('/api/v1/plugins/notes/activation');

    expect(signedOut.status).to.equal(401);
    expect(user.status).to.equal(403);
  });

  it('answers 404 for a plugin there is not and 400 for a verb there is not', async () => {
    const absent = await host.as(host.admin).get('/api/v1/plugins/nothing');
    const verb = await host.as(host.admin).get('/api/v1/plugins/nothing/plan?verb=burn');

    expect([absent.status, absent.body['code']]).to.deep.equal([404, 'plugin_not_found']);
    expect(verb.status).to.equal(400);
  });

  it('takes a plugin from its installation to its end', async () => {
    const admin = host.as(host.admin);

    const installed = await admin.post('/api/v1/plugins', { path: folder });
    const plan = await admin.get('/api/v1/plugins/notes/plan?verb=enable');
    const enabled = await admin.post('/api/v1/plugins/notes/activation');
    const answer = await admin.get('/api/v1/notes/notes');
    const disabled = await admin.delete('/api/v1/plugins/notes/activation');
    const refused = await admin.get('/api/v1/notes/notes');
    const removed = await admin.delete('/api/v1/plugins/notes');
    const restored = await admin.post('/api/v1/plugins/notes/restoration');
    await admin.delete('/api/v1/plugins/notes');
    const purged = await admin.post('/api/v1/plugins/notes/purge');
    const gone = await admin.get('/api/v1/plugins/notes');

    expect([installed.status, installed.headers.get('location')]).to.deep.equal([201, '/api/v1/plugins/notes']);
    expect(plan.body['obstacles']).to.deep.equal([]);
    expect([enabled.status, enabled.body['state']]).to.deep.equal([200, 'active']);
    expect([answer.status, answer.body]).to.deep.equal([200, { notes: 2 }]);
    expect(disabled.body['state']).to.equal('disabled');
    expect([refused.status, refused.body['code']]).to.deep.equal([404, 'plugin_disabled']);
    expect(removed.status).to.equal(204);
    expect(restored.body['plugin']?.['state']).to.equal('disabled');
    expect(purged.body['export']).to.match(/notes-.*\.ndjson$/);
    expect(gone.status).to.equal(404);
  }).timeout(20_000);

  it('reads and changes settings, and points at wrong ones', async () => {
    const admin = host.as(host.admin);
    await admin.post('/api/v1/plugins', {
      path: await writePlugin(join(home, 'more'), { id: 'memos', members: settings }),
    });

    const changed = await admin.request('PUT', '/api/v1/plugins/memos/settings', { days: 3 });
    const wrong = await admin.request('PUT', '/api/v1/plugins/memos/settings', { days: 0 });

    expect(changed.body['values']).to.deep.equal({ days: 3 });
    expect([wrong.status, wrong.body['errors']?.[0]?.['pointer']]).to.deep.equal([422, '/days']);
  });

  it('takes a .tgz as the body', async () => {
    const file = await pack(await writePlugin(join(home, 'packed'), { id: 'packed', migrations: [createNotes] }));

    const response = await upload(file);

    expect(response.status).to.equal(201);
    expect(response.body['state']).to.equal('staged');
  });

  it('names the file that a folder lacks to be a plugin', async () => {
    const admin = host.as(host.admin);
    const unbuilt = await writePlugin(join(home, 'packages'), { id: 'unbuilt' });
    await rm(join(unbuilt, 'manifest.json'));

    const answers = [
      await admin.post('/api/v1/plugins', { path: unbuilt }),
      await admin.post('/api/v1/plugins', { path: join(home, 'packages') }),
    ];

    expect(answers.map(({ status, body }) => [status, body['code']])).to.deep.equal([
      [409, 'manifest_missing'],
      [409, 'manifest_missing'],
    ]);
    expect(answers[0]?.body['detail']).to.contain(join(unbuilt, 'manifest.json'));
  });

  it('completes a package with what the host has, and refuses one that needs more', async () => {
    const sales = fileURLToPath(new URL('../../../plugins/sales', import.meta.url));
    const needy = await writePlugin(join(home, 'needy'), { id: 'needy' });
    const manifest = join(needy, 'package.json');
    await writeFile(
      manifest,
      (await readFile(manifest, 'utf8')).replace(
        '"trellis"',
        '"dependencies": { "no-such-package": "^1.0.0" }, "trellis"',
      ),
    );

    const complete = await upload(await pack(sales, ['package.json', 'manifest.json', 'dist', 'views', 'locales']));
    const incomplete = await upload(await pack(needy));

    expect([complete.status, complete.body['id']]).to.deep.equal([201, 'sales']);
    expect([incomplete.status, incomplete.body['code']]).to.deep.equal([409, 'dependency_missing']);
  });

  it('refuses an archive with links, one that is none, and one without a manifest', async () => {
    const linked = await writePlugin(join(home, 'linked'), { id: 'linked' });
    await symlink('/etc/passwd', join(linked, 'secrets'));
    const bare = await writePlugin(join(home, 'bare'), { id: 'bare' });
    await rm(join(bare, 'manifest.json'));
    const noise = join(home, 'noise.tgz');
    await writeFile(noise, 'not an archive');

    const codes = await Promise.all(
      [await pack(linked), noise, await pack(bare)].map(async (file) => (await upload(file)).body['code']),
    );

    expect(codes).to.deep.equal(['package_unsafe', 'package_broken', 'manifest_missing']);
  });
});
