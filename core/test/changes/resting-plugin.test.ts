import { createTestHost, type TestHost, type TestResponse } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { readFlash } from '../../dist/pages/flash.js';

describe('taking back what changed fields of a plugin', function () {
  this.timeout(60_000);
  let host: TestHost;
  before(async () => (host = await createTestHost({ plugins: [new URL('../../../plugins/sales', import.meta.url)] })));
  after(() => host.close());

  it('waits for the plugin, and is not used up meanwhile', async () => {
    const admin = host.as(host.admin);
    const { body: account } = await admin.post('/api/v1/accounts', { name: 'North', sales: { territory: 'before' } });
    const id = String(account['id']);
    const set = await admin.post('/api/v1/accounts/bulk', {
      action: 'update',
      ids: [id],
      set: { industry: 'Steel', sales: { territory: 'after' } },
    });
    await host.settle();
    const undo = `${set.headers.get('Location') ?? ''}/undo`;

    await host.disable('sales');
    const early = await admin.post(undo);
    await host.enable('sales');
    const late = await admin.post(undo);
    await host.settle();

    expect([early.status, early.body['code']]).to.deep.equal([409, 'change_set_plugin_resting']);
    expect(early.body['detail']).to.contain('sales');
    expect(late.status).to.equal(202);
    const { body } = await admin.get(`/api/v1/accounts/${id}`);
    expect([body['industry'], body['sales']]).to.deep.equal([null, { territory: 'before' }]);
  });

  it('says so where an import is taken back, of the plugin’s own records too', async () => {
    const admin = host.as(host.admin);
    const query = '/api/v1/imports?entity=sales.pipeline';
    const { body } = await admin.post(query, 'name\nImported\n', { 'Content-Type': 'text/csv' });
    const id = String(body['data']?.['id']);
    await host.settle();
    const { changeSet } = (await admin.get(`/api/v1/imports/${id}`)).body['data'] ?? {};

    await host.disable('sales');
    const asked = await admin.post(`/api/v1/change-sets/${String(changeSet)}/undo`);
    const page = await admin.submit(`/imports/${id}/undo`, {});
    await host.enable('sales');

    expect([asked.status, asked.body['code']]).to.deep.equal([409, 'change_set_plugin_resting']);
    expect(saidBy(page)).to.contain('a plugin that does not run');
  });

  it('asks nothing of plugins that have no part in it', async () => {
    const admin = host.as(host.admin);
    const { body: account } = await admin.post('/api/v1/accounts', { name: 'South' });
    const ids = [String(account['id'])];
    const set = await admin.post('/api/v1/accounts/bulk', { action: 'update', ids, set: { industry: 'Wood' } });
    await host.settle();

    await host.disable('sales');
    const undone = await admin.post(`${set.headers.get('Location') ?? ''}/undo`);
    await host.enable('sales');

    expect(undone.status).to.equal(202);
  });
});

/** What a redirect says on the next page. */
function saidBy({ headers }: TestResponse): string {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('flash='));
  return readFlash({ cookie: () => cookie?.slice('flash='.length).split(';')[0] })?.text ?? '';
}
