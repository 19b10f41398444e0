import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** A plugin that fills slots well, slowly and badly, changes blocks of an account's page and has pages of its own. */
const register = `
  const slot = { id: 'core.account-panels', context: { type: 'object', properties: { id: { type: 'string' } } } };
  const panel = (id, load, more = {}) => host.panel(slot, { id, title: 'title.' + id, permission: 'core.account:read', template: 'note', load, ...more });
  panel('good', async (ctx, { id }) => ({ note: 'about ' + (await ctx.query({ id: 'core.account', module: 'core', noun: 'account' }).where({ id }).first()).name }));
  panel('bad', () => Promise.reject(new Error('secret trouble')));
  panel('slow', () => new Promise(() => {}), { timeoutMs: 50 });
  panel('silent', async () => null);
  panel('hidden', async () => ({ note: 'x' }), { permission: 'core.plugin:administer' });
  host.block({ page: 'core.accounts-record', op: 'insert', block: 'header', template: 'note', load: async () => ({ note: 'inserted block' }) });
  host.block({ page: 'core.accounts-record', op: 'hide', block: 'figures' });
  host.block({ page: 'core.accounts-record', op: 'insert', block: 'nowhere', template: 'note', load: async () => ({ note: 'never' }) });
  host.block({ page: 'core.accounts-list', op: 'insert', block: 'header', template: 'note', load: () => Promise.reject(new Error('no')) });
  host.pages({
    'GET /hello': { access: 'signed-in', handle: async (ctx) => ({ kind: 'view', template: 'note', context: { note: 'hello ' + ctx.actor.name }, title: 'Hello' }) },
    'POST /hello': { access: 'signed-in', handle: async () => ({ kind: 'redirect', to: '//evil.example/', toast: 'Done' }) },
  });
`;

describe('what modules put on pages', function () {
  this.timeout(30_000);
  let host: TestHost;
  let folder: string;
  let id: string;

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'trellis-pages-')), 'a', 'plugins');
    const plugin = await writePlugin(folder, { id: 'guest', register });
    await mkdir(join(plugin, 'views'));
    await mkdir(join(plugin, 'locales'));
    await writeFile(join(plugin, 'views', 'note.hbs'), '{{!-- A note. Context: { note } --}}\n<p>{{note}}</p>\n');
    await writeFile(
      join(plugin, 'locales', 'en.json'),
      JSON.stringify({ 'plugin.name': 'Guest', 'title.good': 'Good' }),
    );
    host = await createTestHost({ plugins: [plugin] });
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Acme <b>' });
    id = typeof body.id === 'string' ? body.id : '';
  });

  after(async () => {
    await host.close();
    await rm(join(folder, '../..'), { recursive: true, force: true });
  });

  it('stands on the page as a skeleton that fetches itself, for those who hold its right', async () => {
    const admin = await host.as(host.admin).page(`/accounts/${id}`);
    const user = await host.as(host.user).page(`/accounts/${id}`);

    expect(admin.status).to.equal(200);
    expect(admin.text).to.contain(`/accounts/${id}/panels/guest/slow`).and.contain('/panels/guest/hidden');
    expect(user.text).to.contain('/panels/guest/good').and.not.contain('/panels/guest/hidden');
  });

  it('shows what a panel loaded, escaped', async () => {
    const { status, text } = await panel('good');

    expect(status).to.equal(200);
    expect(text).to.contain('about Acme &lt;b&gt;').and.contain('Good').and.contain('by Guest');
  });

  for (const name of ['bad', 'slow']) {
    it(`shows a small card in place of a panel that is ${name}, without a word of why`, async () => {
      const { status, text } = await panel(name);

      expect(status).to.equal(200);
      expect(text).to.contain('not available right now').and.not.contain('secret trouble');
    });
  }

  it('leaves out a panel that has nothing to show, and one that the reader has no right to', async () => {
    expect((await panel('silent')).text).to.equal('');
    expect((await panel('gone')).text).to.equal('');
    expect((await host.as(host.user).page(`/accounts/${id}/panels/guest/hidden`)).status).to.equal(404);
  });

  it('shows all panels on a page of their own to readers without scripts', async () => {
    const { status, text } = await host.as(host.admin).page(`/accounts/${id}/panels`);

    expect(status).to.equal(200);
    expect(text).to.contain('about Acme').and.contain('not available right now');
  });

  it('inserts and hides blocks; a target that is not there, or a fault, leaves the page as it is', async () => {
    const client = host.as(host.admin);

    const record = await client.page(`/accounts/${id}`);
    const list = await client.page('/accounts');

    expect(record.text).to.contain('inserted block').and.not.contain('block-figures').and.not.contain('never');
    expect(list.status).to.equal(200);
    expect(list.text).to.contain('block-header');
  });

  it('renders its own pages in the shell, and leads nowhere else', async () => {
    const client = host.as(host.user);

    const page = await client.page('/guest/hello');
    const elsewhere = await client.submit('/guest/hello', {});

    expect(page.text).to.contain(`hello ${host.user.name}`).and.contain('<title>Hello').and.contain('class="nav');
    expect(elsewhere.status).to.equal(303);
    expect(elsewhere.headers.get('location')).to.equal('/');
  });

  function panel(name: string) {
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    return host.as(host.admin).page(`/accounts/${id}/panels/guest/${name}`, headers);
  }
});
