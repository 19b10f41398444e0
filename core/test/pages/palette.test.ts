import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { matching } from '../../dist/pages/find/commands/command-view.js';
import { createTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** A plugin with commands for every page, for accounts and their list, and one that few may choose. */
const register = `
  const point = { id: 'core.command', schema: { type: 'object' } };
  const entity = { id: 'core.account', module: 'core', noun: 'account' };
  const command = (id, more) => host.contribute(point, { id, label: 'command.' + id, icon: 'star', permission: 'core.account:read', ...more });
  command('everywhere', { href: '/guest', shortcut: 'g a' });
  command('sent', { action: '/guest/sent', shortcut: 'z' });
  command('record', { context: { entity, on: 'record' }, href: '/guest/of?account=:id' });
  command('owned', { context: { entity, on: 'record' }, href: '/guest/owned', permission: 'core.account:update' });
  command('list', { context: { entity, on: 'list' }, href: '/guest/list' });
  command('secret', { href: '/guest/secret', permission: 'core.plugin:administer' });
`;

describe('GET /search/palette', function () {
  this.timeout(30_000);
  let host: TestHost;
  let folder: string;
  let own: string;
  let other: string;

  before(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'trellis-palette-')), 'a', 'plugins');
    host = await createTestHost({ plugins: [await writePlugin(folder, { id: 'guest', register })] });
    own = await create(host.user, 'Own <b>');
    other = await create(host.admin, 'Of somebody else');
  });

  after(async () => {
    await host.close();
    await rm(join(folder, '../..'), { recursive: true, force: true });
  });

  async function create(who: TestUser, name: string): Promise<string> {
    const { body } = await host.as(who).post('/api/v1/accounts', { name });
    return String(body['id']);
  }

  async function palette(query: string, who = host.user): Promise<string> {
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    const { status, text } = await host.as(who).page(`/search/palette?${query}`, headers);
    expect(status).to.equal(200);
    return text.replaceAll('&#x3D;', '=');
  }

  it('offers what can be done with the record at hand, first, within the rights on it', async () => {
    const mine = await palette(`at=/accounts/${own}`);
    const others = await palette(`at=/accounts/${other}/edit`);

    expect(mine).to.contain(`href="/accounts/${own}/edit"`).and.contain(`formaction="/accounts/${own}/trash"`);
    expect(mine).to.contain(`/guest/of?account=${own}`).and.contain('/guest/owned').and.not.contain('/guest/list');
    expect(mine.indexOf('Own &lt;b&gt;')).to.be.lessThan(mine.indexOf('href="/contacts"'));
    expect(others).to.contain(`/guest/of?account=${other}`);
    expect(others).to.not.contain(`/accounts/${other}/edit`).and.not.contain('/guest/owned').and.not.contain('/trash');
  });

  it('offers to write on its timeline, to follow, take over, tag and merge it, within the rights on it', async () => {
    const admins = await palette(`at=/accounts/${own}`, host.admin);
    const mine = await palette(`at=/accounts/${own}`);
    const others = await palette(`at=/accounts/${other}`);
    const read = await palette(`at=/accounts/${own}`, host.readOnly);

    for (const kind of ['note', 'call', 'email', 'meeting', 'task'])
      expect(others).to.contain(`href="/accounts/${other}?compose=${kind}#composer"`);
    expect(admins).to.contain(`formaction="/accounts/${own}/fields/owner" name="owner" value="${host.admin.userId}"`);
    expect(admins).to.contain(`/accounts/${own}#tag-input`).and.contain(`/accounts/merge?ids=${own}`);
    expect(others).to.contain(`formaction="/accounts/${other}/following" name="follow" value="true"`);
    expect(mine + others)
      .to.not.contain('/fields/owner')
      .and.not.contain(`/accounts/${other}#tag-input`)
      .and.not.contain(`merge?ids=${other}`);
    expect(read).to.not.contain('compose=').and.not.contain('#tag-input').and.not.contain('merge?ids');
  });

  it('follows and takes over where it says so', async () => {
    await host.as(host.admin).submit(`/accounts/${own}/following`, { follow: 'true' });
    const taken = await host.as(host.admin).submit(`/accounts/${own}/fields/owner`, { owner: host.admin.userId });
    const { body } = await host.as(host.admin).get(`/api/v1/accounts/${own}`);
    const after = await palette(`at=/accounts/${own}`, host.admin);
    await host.as(host.admin).submit(`/accounts/${own}/fields/owner`, { owner: host.user.userId });

    expect(taken.status).to.equal(303);
    expect(body['owner']).to.equal(host.admin.userId);
    expect(after).to.contain('name="follow" value="false"').and.not.contain('/fields/owner');
  });

  it('offers what can be done with a list, and everywhere what is not about anything', async () => {
    const list = await palette('at=/accounts');
    const home = await palette('at=/');

    expect(list).to.contain('/accounts/new').and.contain('/guest/list').and.contain('/guest"');
    expect(home).to.contain('/contacts/new').and.contain('formaction="/logout"').and.not.contain('/guest/list');
  });

  it('shows nobody a command without the right to it', async () => {
    expect(await palette('at=/', host.admin))
      .to.contain('/guest/secret')
      .and.contain('/settings');
    expect(await palette('at=/'))
      .to.not.contain('/guest/secret')
      .and.not.contain('href="/settings"');
    expect(await palette('at=/accounts', host.readOnly)).to.not.contain('/accounts/new');
  });

  it('finds records and commands by what is typed', async () => {
    const text = await palette('q=somebody&at=/');
    const command = await palette('q=new acc&at=/contacts');

    expect(text).to.contain(`href="/accounts/${other}"`).and.contain(`/accounts/${other}/brief`);
    expect(text).to.contain('/search?q=somebody').and.not.contain('href="/contacts"');
    expect(command).to.contain('href="/accounts/new"').and.not.contain('href="/contacts/new"');
  });

  it('finds what can be done with a record by what it does, not by the name of the record', async () => {
    const byName = await palette(`q=own&at=/accounts/${own}`);
    const byVerb = await palette(`q=edit&at=/accounts/${own}`);

    expect(byName).to.contain(`href="/accounts/${own}"`).and.not.contain(`/accounts/${own}/edit`);
    expect(byVerb).to.contain(`/accounts/${own}/edit`);
  });

  it('shows the keys of each command, which a plugin may take before core gives them to a place', async () => {
    const text = await palette('at=/');
    const { text: page } = await host.as(host.user).page('/contacts');

    expect(text).to.match(/href="\/guest"[^]*?<kbd>G<\/kbd><kbd>A<\/kbd>/);
    expect(text).to.match(/href="\/accounts"[^]*?<kbd>G<\/kbd><kbd>C<\/kbd>/);
    expect(page)
      .to.contain('data-shortcut="g a" hidden')
      .and.match(/href="\/contacts"[^>]* data-shortcut="g o"/);
    expect(page).to.match(/action="\/guest\/sent" hidden>[^]*?data-shortcut="z"/);
  });

  it('takes any address for the page one is on, and tells nothing of a record that is not there', async () => {
    const absent = '00000000-0000-7000-8000-000000000000';
    for (const at of ['', 'nonsense', '//evil.example', `/accounts/${absent}`, '/accounts/x', '/api/v1/accounts'])
      expect(await palette(`at=${at}`), at)
        .to.contain('palette-commands')
        .and.not.contain('palette-context');
  });

  it('leads to the page of search when it is asked for as a page', async () => {
    const { status, headers } = await host.as(host.user).page('/search/palette?q=own');
    const nobody = await fetch(`${host.url}/search/palette`, { redirect: 'manual' });

    expect([status, headers.get('location')]).to.deep.equal([303, '/search?q=own']);
    expect(nobody.status).to.equal(303);
  });
});

describe('the sheet of shortcuts', function () {
  this.timeout(30_000);
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  it('is a page, and a dialog for htmx', async () => {
    const whole = await host.as(host.user).page('/me/shortcuts');
    const part = await host.as(host.user).page('/me/shortcuts', { 'HX-Request': 'true', 'HX-Request-Type': 'partial' });

    expect(whole.text).to.contain('<html').and.contain('key-sheet');
    expect(part.text)
      .to.match(/^\s*<div class="dialog-head">/)
      .and.contain('key-sheet');
  });

  it('keeps in a cookie that single keys are switched off, and takes it away again', async () => {
    const off = await host.as(host.user).submit('/me/shortcuts', { enabled: 'false' });
    const on = await host.as(host.user).submit('/me/shortcuts', { enabled: 'true' });
    const nobody = await fetch(`${host.url}/me/shortcuts`, { redirect: 'manual' });

    expect([off.status, on.status, nobody.status]).to.deep.equal([303, 303, 303]);
    expect(off.headers.get('set-cookie')).to.contain('shortcuts=off');
    expect(on.headers.get('set-cookie')).to.contain('shortcuts=;');
    expect((await host.as(host.user).page('/me')).text)
      .to.contain('aria-checked="true"')
      .and.not.contain('data-shortcuts');
  });
});

describe('commands by what is typed', () => {
  const commands = ['Go to Contacts', 'New contact', 'Änderungen', '前往联系人'].map((label) => ({ label, icon: 'x' }));
  const labels = (q: string): readonly string[] => matching(commands, q).map(({ label }) => label);

  it('have a word that begins like each word typed, those that begin so first', () => {
    expect(labels('con')).to.deep.equal(['Go to Contacts', 'New contact']);
    expect(labels('new c')).to.deep.equal(['New contact']);
    expect(labels('anderungen')).to.deep.equal(['Änderungen']);
    expect(labels('联系')).to.deep.equal(['前往联系人']);
    expect(labels('tact')).to.deep.equal([]);
    expect(labels(' ')).to.have.length(4);
  });
});
