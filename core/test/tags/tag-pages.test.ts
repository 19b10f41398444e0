import type { Id } from '@trellis-crm/sdk';
import { createTestHost, type TestHost, type TestResponse } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { readFlash } from '../../dist/pages/flash.js';

describe('tags on pages', () => {
  let host: TestHost;
  let account: Id;
  before(async () => {
    host = await createTestHost();
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Northwind' });
    account = String(body['id']);
  });
  after(() => host.close());

  const client = () => host.as(host.user);
  const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
  const idOf = async (name: string): Promise<string> => {
    const [tag] = await host.sql('select id from core.tags where name = ?', [name]);
    return String(tag?.['id']);
  };

  it('are added and removed on the record, without scripts and with', async () => {
    const path = `/accounts/${account}/tags`;

    const added = await client().submit(path, { tag: 'Key account, <b>Spring</b>' });
    const page = await client().page(`/accounts/${account}`);
    const again = await client().submit(path, { tag: 'Third' }, partial);
    const wrong = await client().submit(path, { tag: 'x'.repeat(60) }, partial);
    const removed = await client().submit(`${path}/removal`, { tag: await idOf('Third') }, partial);

    expect([added.status, added.headers.get('location')]).to.deep.equal([303, `/accounts/${account}`]);
    expect(page.text).to.contain('Key account').and.contain('&lt;b&gt;Spring').and.not.contain('<b>Spring');
    expect(again.text).to.contain('Third').and.contain('id="record-tags"');
    expect(wrong.text).to.contain('A tag has 1 to 40 characters');
    expect(removed.text).to.not.contain('Third');
  });

  it('are told to who may only look, with nothing to change', async () => {
    const { text } = await host.as(host.readOnly).page(`/accounts/${account}`);
    const refused = await host.as(host.readOnly).submit(`/accounts/${account}/tags`, { tag: 'mine' });

    expect(text).to.contain('Key account').and.not.contain('name="tag"');
    expect(refused.status).to.equal(403);
  });

  it('are a column that a list shows when it is asked for, a filter and a column of exports', async () => {
    const plain = await client().page('/accounts');
    const list = await client().page('/accounts?columns=name,tags&filter[tags]=key+account');
    const choices = await client().page('/accounts/columns');
    const editor = await client().page('/accounts/filter?filter[tags][in]=Key+account,Spring');
    const none = await client().page('/accounts?filter[tags]=nothing');
    const file = await client().get('/api/v1/accounts/export?fields=name,tags');

    expect(plain.text).to.not.contain('>Key account<');
    expect(list.text).to.contain('Northwind').and.contain('>Key account<').and.contain('Tags');
    expect(choices.text).to.contain('shown.tags');
    expect(editor.text).to.contain('value="Key account, Spring"');
    expect(none.text).to.not.contain('Northwind');
    expect(file.text.trim().split('\r\n')).to.deep.equal(['name,tags', 'Northwind,"<b>Spring</b>, Key account"']);
  });

  it('may be part of a saved view', async () => {
    const where = { all: [{ field: 'tags', op: 'in', value: ['key account'] }] };
    const body = { entity: 'core.account', name: 'Keys', where, columns: ['name', 'tags'] };

    const { status, body: view } = await client().post('/api/v1/views', body);

    expect([status, view['columns'], view['isReduced']]).to.deep.equal([201, ['name', 'tags'], false]);
  });

  it('are not changed under the settings from a page that somebody else made old', async () => {
    const admin = host.as(host.admin);
    await admin.submit('/settings/tags', { name: 'VIP' });
    const id = await idOf('VIP');
    const { text } = await admin.page('/settings/tags');
    const renamed = await admin.submit(`/settings/tags/${id}`, { name: 'Very', tone: 'ok', _version: '1' });

    const late = await admin.submit(`/settings/tags/${id}`, { name: 'VIP', tone: 'bad', _version: '1' });
    const gone = await admin.submit(`/settings/tags/${id}/removal`, { _version: '1' });
    const shown = await admin.page('/settings/tags');

    expect(text.match(/name="_version" value="1"/g)).to.have.length.greaterThan(1);
    expect([renamed.status, late.status, gone.status]).to.deep.equal([303, 303, 303]);
    expect(shown.text).to.contain('class="tag ok">Very');
    expect([saidBy(late), saidBy(gone)].map((text) => text.includes('Somebody else changed'))).to.deep.equal([
      true,
      true,
    ]);
  });

  it('are renamed, recoloured, merged and deleted under the settings', async () => {
    const admin = host.as(host.admin);
    await admin.submit('/settings/tags', { name: 'Doomed' });
    await admin.submit(`/settings/tags/${await idOf('Key account')}`, { name: 'Top', tone: 'bad' });
    await admin.submit(`/settings/tags/${await idOf('<b>Spring</b>')}/merge`, { into: await idOf('Top') });
    await admin.submit(`/settings/tags/${await idOf('Doomed')}/removal`, {});
    const taken = await admin.submit('/settings/tags', { name: 'TOP' });

    const { text } = await admin.page('/settings/tags');

    expect(taken.status).to.equal(303);
    expect(text).to.contain('class="tag bad">Top').and.contain('on 1 record');
    expect(text).to.not.contain('Spring').and.not.contain('Doomed');
    expect((await client().page('/settings/tags')).status).to.equal(403);
  });
});

/** What a redirect says on the next page. */
function saidBy({ headers }: TestResponse): string {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('flash='));
  return readFlash({ cookie: () => cookie?.slice('flash='.length).split(';')[0] })?.text ?? '';
}
