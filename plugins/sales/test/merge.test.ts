import { expect } from 'chai';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { buildAccount, buildDeal, salesFolder } from './factories.js';

describe('merging accounts', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  it('moves their deals along, and takes the territory that was chosen', async () => {
    const admin = host.as(host.admin);
    const winner = await buildAccount(host, { name: 'Stays', sales: { territory: 'North' } });
    const loser = await buildAccount(host, { name: 'Goes', sales: { territory: 'South' } });
    const deal = await buildDeal(host, { account: loser });

    const { status, body } = await admin.post('/api/v1/accounts/merge', {
      winner,
      losers: [loser],
      fields: { 'sales.territory': loser },
    });

    expect([status, body['record']?.['sales']]).to.deep.equal([200, { territory: 'South' }]);
    expect(body['moved']).to.deep.equal([{ entity: 'sales.deal', field: 'account', count: 1 }]);
    const moved = await admin.get(`/api/v1/sales/deals/${deal.id}`);
    expect(moved.body['account']).to.equal(winner);
  });
});
