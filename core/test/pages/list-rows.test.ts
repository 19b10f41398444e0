import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('rows of a list that were shown before', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('show what changed about the record, its owner’s name and the time since, although nothing else did', async () => {
    const admin = host.as(host.admin);
    const { body } = await admin.post('/api/v1/accounts', { name: 'Before', owner: host.user.userId });
    const before = await admin.page('/accounts');

    await host.sql(`update core.users set name = 'Renamed Owner' where id = ?`, [host.user.userId]);
    host.clock.advance(3 * 3_600_000);
    const renamed = await admin.page('/accounts');
    await admin.patch(`/api/v1/accounts/${String(body.id)}`, { name: 'After' }, { 'If-Match': '*' });
    const after = await admin.page('/accounts');

    expect(before.text).to.contain('Before').and.contain(host.user.name);
    expect(renamed.text).to.contain('Renamed Owner').and.contain('3 hours ago').and.not.contain(host.user.name);
    expect(after.text).to.contain('>After<').and.not.contain('>Before<');
  });

  it('offer a change only to those who may make one, whoever looked first', async () => {
    await host.as(host.admin).post('/api/v1/accounts', { name: 'Seen by both' });

    const changing = await host.as(host.admin).page('/accounts');
    const reading = await host.as(host.readOnly).page('/accounts');

    expect(changing.text).to.contain('Seen by both').and.contain('data-edits').and.contain('data-edit="industry"');
    expect(reading.text).to.contain('Seen by both').and.not.contain('data-edit');
  });
});

describe('what pages keep', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
    await host.as(host.admin).post('/api/v1/accounts', { name: '<Kept> & shown' });
  });
  after(() => host.close());

  it('shows each reader the actions and places of his rights, whoever looked first', async () => {
    const all = await host.as(host.admin).page('/accounts');
    const few = await host.as(host.readOnly).page('/accounts');
    const allAgain = await host.as(host.admin).page('/accounts');

    for (const link of ['/accounts/new', '/accounts/trash', '/imports?entity', 'href="/settings"']) {
      expect(all.text).to.contain(link);
      expect(few.text).to.not.contain(link);
      expect(allAgain.text).to.contain(link);
    }
  });

  it('gives each reader his own token and name', async () => {
    const [first, second] = [host.as(host.admin), host.as(host.manager)];
    const pages = [await first.page('/accounts'), await second.page('/accounts'), await first.page('/accounts')];

    const chip = (user: TestUser): string => `class="truncate">${user.name}<`;
    const tokens = pages.map(({ text }) => /"x-csrf-token":"([^"]+)"/.exec(text)?.[1]);
    expect(tokens[0]).to.be.a('string').and.equal(tokens[2]).and.not.equal(tokens[1]);
    expect(pages[1]?.text).to.contain(chip(host.manager)).and.not.contain(chip(host.admin));
  });

  it('marks in the menu where the reader is, wherever he was before', async () => {
    const reader = host.as(host.admin);
    const pages = [await reader.page('/accounts'), await reader.page('/contacts'), await reader.page('/accounts')];

    const marked = pages.map(({ text }) => /nav-link" href="([^"]+)" aria-current="page"/.exec(text)?.[1]);
    expect(marked).to.deep.equal(['/accounts', '/contacts', '/accounts']);
  });

  it('is written in the language of each reader', async () => {
    // Somebody who is not known yet: of a change of others the server hears a moment later.
    const reader = await host.buildUser({ name: 'Li', role: 'manager' });
    await host.sql(`update core.users set locale = 'zh-CN' where id = ?`, [reader.userId]);
    const before = await host.as(host.admin).page('/accounts?filter[name][contains]=shown');
    const other = await host.as(reader).page('/accounts?filter[name][contains]=shown');

    expect(before.text).to.contain('lang="en"').and.not.contain('lang="zh-CN"');
    expect(other.text).to.contain('lang="zh-CN"').and.contain('&lt;Kept&gt; &amp; shown');
  });

  it('follows the address: conditions, order and values are those of the request', async () => {
    const reader = host.as(host.admin);
    const one = await reader.page('/accounts?filter[name][contains]=shown&sort=name');
    const two = await reader.page('/accounts?filter[name][contains]=%22%3E%3Cb%3E&sort=-name');
    const three = await reader.page('/accounts?filter[name][contains]=Kept&sort=-name');

    expect(one.text).to.contain('<b>shown</b>').and.contain('aria-sort="ascending"');
    expect(two.text).to.contain('<b>&quot;&gt;&lt;b&gt;</b>').and.not.contain('<b>shown</b>');
    expect(three.text).to.contain('<b>Kept</b>').and.contain('aria-sort="descending"').and.contain('value="Kept"');
  });
});
