import { expect } from 'chai';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { buildDeal, salesFolder } from './factories.js';

describe('GET /api/v1/sales/deals/outcome', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  it('says nothing is decided in a new workspace', async () => {
    const { body } = await host.as(host.admin).get('/api/v1/sales/deals/outcome');

    expect(body).to.deep.equal({
      won: 0,
      lost: 0,
      winRate: null,
      wonValue: { amount: '0.00', currency: 'USD' },
      wonValues: [],
    });
  });

  it('counts what the actor may read and adds up the won deals', async () => {
    const closing = [
      { outcome: 'won', amount: '1000.50' },
      { outcome: 'won', amount: '2000' },
      { outcome: 'lost', amount: '999' },
    ];
    for (const { outcome, amount } of closing) {
      const deal = await buildDeal(host, { amount: { amount, currency: 'USD' } });
      await host.as(host.user).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome });
    }

    const { body } = await host.as(host.manager).get('/api/v1/sales/deals/outcome');

    expect(body).to.deep.equal({
      won: 2,
      lost: 1,
      winRate: 66.67,
      wonValue: { amount: '3000.50', currency: 'USD' },
      wonValues: [{ amount: '3000.50', currency: 'USD' }],
    });
  });
});
