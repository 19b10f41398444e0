import { expect } from 'chai';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { buildAccount, buildDeal, salesFolder } from './factories.js';

describe('closed deals in timelines', () => {
  let host: TestHost;
  let account: string;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
    account = await buildAccount(host);
    for (const [outcome, closedOn] of [
      ['won', '2026-05-01'],
      ['lost', '2026-05-01'],
      ['won', '2026-04-01'],
    ]) {
      const deal = await buildDeal(host, { account });
      await host.as(host.user).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome, closedOn });
    }
  });

  after(() => host.close());

  const kindsOf = async (query: string): Promise<{ kinds: unknown[]; next: unknown }> => {
    const { text } = await host.as(host.user).get(`/api/v1/accounts/${account}/timeline?${query}`);
    const { data, page } = JSON.parse(text) as { data: { kind: string; at: string }[]; page: { next: string | null } };
    return { kinds: data.map(({ kind, at }) => `${kind} ${at.slice(0, 10)}`), next: page.next };
  };

  it('stand on the day of the decision, and go on after any of them', async () => {
    const all = await kindsOf('kinds=sales.deal-won,sales.deal-lost');
    const first = await kindsOf('kinds=sales.deal-won,sales.deal-lost&limit=1');
    const rest = await kindsOf(`kinds=sales.deal-won,sales.deal-lost&after=${String(first.next)}`);

    expect(all.kinds.slice(0, 2)).to.have.members(['sales.deal-won 2026-05-01', 'sales.deal-lost 2026-05-01']);
    expect(all.kinds.slice(2)).to.deep.equal(['sales.deal-won 2026-04-01']);
    expect([...first.kinds, ...rest.kinds]).to.deep.equal(all.kinds);
  });

  it('can be chosen by their outcome', async () => {
    expect((await kindsOf('kinds=sales.deal-lost')).kinds).to.deep.equal(['sales.deal-lost 2026-05-01']);
  });

  it('are not there for whoever may not read deals', async () => {
    await host.as(host.admin).request('PUT', '/api/v1/roles/read-only/grants', { grants: { 'sales.deal:read': null } });

    const refused = await host.as(host.readOnly).get(`/api/v1/accounts/${account}/timeline?kinds=sales.deal-won`);
    const { text } = await host.as(host.readOnly).get(`/api/v1/accounts/${account}/timeline`);

    expect(refused.status).to.equal(400);
    expect(text).to.not.include('sales.');
  });
});
