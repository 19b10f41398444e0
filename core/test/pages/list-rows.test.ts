import { expect } from 'chai';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';
import { createFragmentCache } from '../../dist/views/fragment-cache.js';
import { SafeHtml } from '../../dist/views/safe-html.js';

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
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Seen by both' });
    const edit = `/accounts/${String(body.id)}/edit`;

    const changing = await host.as(host.admin).page('/accounts');
    const reading = await host.as(host.readOnly).page('/accounts');

    expect(changing.text).to.contain('Seen by both').and.contain(edit);
    expect(reading.text).to.contain('Seen by both').and.not.contain(edit);
  });
});

describe('the fragments of a generation', () => {
  const html = (text: string) => () => SafeHtml.trust(text);

  it('are rendered once for the same content, and once for each other one', () => {
    const fragments = createFragmentCache(10);

    const first = fragments.of(['en', { name: 'Ada' }], html('1'));
    const again = fragments.of(['en', { name: 'Ada' }], html('2'));
    const other = fragments.of(['de', { name: 'Ada' }], html('3'));

    expect([first, again, other].map(String)).to.deep.equal(['1', '1', '3']);
  });

  it('forget what was not used for longest', () => {
    const fragments = createFragmentCache(2);
    fragments.of('a', html('a1'));
    fragments.of('b', html('b1'));
    fragments.of('a', html('a2'));
    fragments.of('c', html('c1'));

    expect(String(fragments.of('a', html('a3')))).to.equal('a1');
    expect(String(fragments.of('b', html('b2')))).to.equal('b2');
  });
});
