import { expect } from 'chai';
import { DealLost, DealWon } from '@trellis-crm/sales-contract';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { buildAccount, buildDeal, salesFolder, stageNamed } from './factories.js';

describe('deals', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  describe('POST /api/v1/sales/deals/:dealId/closure', () => {
    it('closes an open deal into the winning stage and emits one deal-won event', async () => {
      const account = await buildAccount(host);
      const deal = await buildDeal(host, { account });

      const { status, body } = await host
        .as(host.user)
        .post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'won', closedOn: '2026-05-01' });

      expect(status).to.equal(201);
      expect(body['status']).to.equal('won');
      expect(body['closedOn']).to.equal('2026-05-01');
      expect(body['stage']).to.equal((await stageNamed(host, 'Won')).id);
      expect((await host.emitted(DealWon)).filter(({ dealId }) => dealId === deal.id)).to.deep.equal([
        { dealId: deal.id, accountId: account },
      ]);
    });

    it('keeps the reason of a lost deal and emits deal-lost', async () => {
      const deal = await buildDeal(host);

      const { body } = await host
        .as(host.user)
        .post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'lost', lostReason: 'Price' });

      expect(body['lostReason']).to.equal('Price');
      expect((await host.emitted(DealLost)).map(({ dealId }) => dealId)).to.include(deal.id);
    });

    it('answers 409 deal_already_closed the second time and writes nothing', async () => {
      const deal = await buildDeal(host);
      await host.as(host.user).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'won' });

      const { status, body } = await host
        .as(host.user)
        .post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'lost' });

      expect(status).to.equal(409);
      expect(body['code']).to.equal('deal_already_closed');
    });

    it('answers 422 with a pointer for an outcome there is not', async () => {
      const deal = await buildDeal(host);

      const { status, body } = await host
        .as(host.user)
        .post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'maybe' });

      expect(status).to.equal(422);
      expect(body['errors']?.[0]?.['pointer']).to.equal('/outcome');
    });

    it('answers 403 to somebody who only reads, and the deal stays open', async () => {
      const deal = await buildDeal(host);

      const { status } = await host
        .as(host.readOnly)
        .post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'won' });

      expect(status).to.equal(403);
      expect(await host.sql('select status from p_sales.deals where id = ?', [deal.id])).to.deep.equal([
        { status: 'open' },
      ]);
    });

    it('answers 404 for a deal there is not', async () => {
      const { status } = await host
        .as(host.user)
        .post('/api/v1/sales/deals/018f0000-0000-7000-8000-000000000000/closure', { outcome: 'won' });

      expect(status).to.equal(404);
    });
  });

  describe('DELETE /api/v1/sales/deals/:dealId/closure', () => {
    it('takes a closed deal back to the first open stage', async () => {
      const deal = await buildDeal(host);
      await host.as(host.user).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'lost', lostReason: 'Price' });

      const { body } = await host.as(host.user).delete(`/api/v1/sales/deals/${deal.id}/closure`);

      expect(body['status']).to.equal('open');
      expect(body['closedOn']).to.equal(null);
      expect(body['lostReason']).to.equal(null);
      expect(body['stage']).to.equal(deal.stage);
    });
  });

  describe('PATCH /api/v1/sales/deals/:id', () => {
    it('moves a deal between open stages', async () => {
      const deal = await buildDeal(host);
      const proposal = await stageNamed(host, 'Proposal');

      const { status, body } = await host
        .as(host.user)
        .patch(`/api/v1/sales/deals/${deal.id}`, { stage: proposal.id }, { 'If-Match': '"1"' });

      expect(status).to.equal(200);
      expect(body['stage']).to.equal(proposal.id);
    });

    it('answers 409 stage_needs_closure for a stage that closes, and changes nothing', async () => {
      const deal = await buildDeal(host);
      const won = await stageNamed(host, 'Won');

      const { status, body } = await host
        .as(host.user)
        .patch(`/api/v1/sales/deals/${deal.id}`, { stage: won.id }, { 'If-Match': '"1"' });

      expect(status).to.equal(409);
      expect(body['code']).to.equal('stage_needs_closure');
      expect(await host.sql('select version from p_sales.deals where id = ?', [deal.id])).to.deep.equal([
        { version: 1 },
      ]);
    });

    it('answers 422 for the status, which nobody sets by hand', async () => {
      const deal = await buildDeal(host);

      const { status, body } = await host
        .as(host.admin)
        .patch(`/api/v1/sales/deals/${deal.id}`, { status: 'won' }, { 'If-Match': '"1"' });

      expect(status).to.equal(422);
      expect(body['errors']?.[0]?.['pointer']).to.equal('/status');
    });
  });

  describe('PUT /api/v1/sales/deals/:dealId/stage', () => {
    it('closes the deal when the stage is a winning one', async () => {
      const deal = await buildDeal(host);
      const won = await stageNamed(host, 'Won');

      const { status, body } = await host
        .as(host.user)
        .request('PUT', `/api/v1/sales/deals/${deal.id}/stage`, { stage: won.id });

      expect(status).to.equal(200);
      expect(body['status']).to.equal('won');
    });
  });
});
