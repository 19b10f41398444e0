import { expect } from 'chai';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { buildAccount, buildDeal, salesFolder } from './factories.js';

describe('make-customer', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  it('turns the account of a won deal from prospect to customer, once', async () => {
    const account = await buildAccount(host, { roles: ['prospect', 'partner'] });
    const deals = [await buildDeal(host, { account }), await buildDeal(host, { account })];

    for (const { id } of deals) await host.as(host.user).post(`/api/v1/sales/deals/${id}/closure`, { outcome: 'won' });
    await host.settle();

    const { body } = await host.as(host.user).get(`/api/v1/accounts/${account}`);
    expect(body['roles']).to.deep.equal(['partner', 'customer']);
    expect(body['version']).to.equal(2);
  });

  it('waits while sales is disabled and catches up afterwards', async () => {
    const account = await buildAccount(host, { roles: ['prospect'] });
    const deal = await buildDeal(host, { account });
    await host.as(host.user).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'won' });

    await host.disable('sales');
    await host.settle();
    const before = await host.as(host.user).get(`/api/v1/accounts/${account}`);
    await host.enable('sales');
    await host.settle();
    const after = await host.as(host.user).get(`/api/v1/accounts/${account}`);

    expect([before.body['roles'], after.body['roles']]).to.deep.equal([['prospect'], ['customer']]);
  });
});
