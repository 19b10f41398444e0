import { expect } from 'chai';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { Deal } from '../dist/deals/deal.entity.js';
import { buildAccount, buildDeal, salesFolder, stageNamed } from './factories.js';

describe('the sales plugin', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  it('adds a territory to accounts that lists filter by', async () => {
    await buildAccount(host, { name: 'North Ltd', sales: { territory: 'North' } });
    await buildAccount(host, { name: 'South Ltd', sales: { territory: 'South' } });

    const { body } = await host.as(host.user).get('/api/v1/accounts?filter[sales.territory]=North');

    expect(body['data']?.length).to.equal(1);
    expect(body['data']?.[0]?.['sales']?.['territory']).to.equal('North');
  });

  it('has deals handed over while it is disabled', async () => {
    const leaver = await host.buildUser({ name: 'Leaver' });
    const heir = await host.buildUser({ name: 'Heir' });
    const deal = await buildDeal(host, {}, leaver);
    await host.disable('sales');

    const { body } = await host
      .as(host.admin)
      .post(`/api/v1/users/${leaver.userId}/deactivation`, { reassignTo: heir.userId });
    await host.enable('sales');

    expect(body).to.deep.equal({ reassigned: { 'p_sales.deals': 1 } });
    const found = await host.as(heir).get(`/api/v1/sales/deals/${deal.id}`);
    expect(found.body).to.deep.include({ owner: heir.userId, version: 2 });
  });

  it('refuses a whole set for one deal that would be won by hand', async () => {
    const stage = await stageNamed(host, 'Prospecting');
    const won = await stageNamed(host, 'Won');
    const ctx = await host.context('sales', host.user);
    const inputs = ['One', 'Two', 'Three'].map((name) => ({ name, stage: stage.id }));

    const refused = await ctx
      .records(Deal)
      .createMany([...inputs, { name: 'Won by hand', stage: won.id }])
      .catch((error: unknown) => error);

    expect(refused).to.have.property('code', 'stage_needs_closure');
    expect(await host.sql(`select from p_sales.deals where name = 'One'`)).to.have.length(0);
  });

  it("shows what is open on an account's page", async () => {
    const account = await buildAccount(host, { name: 'Panel Ltd' });
    await buildDeal(host, { name: 'Panel deal', account });

    const { status, text } = await host.as(host.user).page(`/accounts/${account}/panels/sales/open-deals`);

    expect(status).to.equal(200);
    expect(text).to.include('Panel deal');
  });

  it('shows the board with one lane per stage', async () => {
    const { status, text } = await host.as(host.user).page('/sales/board');

    expect(status).to.equal(200);
    for (const stage of ['Prospecting', 'Engaging', 'Proposal', 'Negotiation', 'Won', 'Lost'])
      expect(text).to.include(stage);
  });

  it('goes with its routes, pages and menu when disabled, and its data stays', async () => {
    const deal = await buildDeal(host, { name: 'Stays' });

    await host.disable('sales');
    const gone = await host.as(host.user).get(`/api/v1/sales/deals/${deal.id}`);
    const home = await host.as(host.user).page('/accounts');
    await host.enable('sales');
    const back = await host.as(host.user).get(`/api/v1/sales/deals/${deal.id}`);

    expect([gone.status, gone.body['code']]).to.deep.equal([404, 'plugin_disabled']);
    expect(home.text).to.not.include('/sales/deals');
    expect(back.body['name']).to.equal('Stays');
  });

  it('leaves nothing behind when it is removed and purged', async () => {
    await host.expectCleanRemoval('sales');
  });
});
