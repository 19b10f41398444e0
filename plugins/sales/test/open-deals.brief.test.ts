import { expect } from 'chai';
import { createTestHost, type TestHost, type TestUser } from '@trellis-crm/sdk/testing';
import { buildAccount, buildDeal, salesFolder } from './factories.js';

interface Line {
  readonly id: string;
  readonly value: string;
  readonly href: string | null;
}

describe('open deals in the brief of a customer', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [salesFolder] });
  });

  after(() => host.close());

  async function lineOf(path: string, who: TestUser = host.user): Promise<Line | undefined> {
    const { body } = await host.as(who).get(`/api/v1/${path}/brief`);
    const lines = body['data'] as unknown as readonly Line[];
    return lines.find(({ id }) => id.startsWith('sales.'));
  }

  it('are counted and added up per currency, and lead to the list', async () => {
    const account = await buildAccount(host, { name: 'Acme' });
    await buildDeal(host, { account, amount: { amount: '1500.00', currency: 'EUR' } });
    await buildDeal(host, { account, amount: { amount: '500.00', currency: 'EUR' } });
    await buildDeal(host, { account, amount: { amount: '70.00', currency: 'USD' } });
    await buildDeal(host, { account });
    await buildDeal(host, { name: 'Of another one' });

    const line = await lineOf(`accounts/${account}`);

    expect(line?.value).to.match(/^4 · /).and.contain('2,000').and.contain('70');
    expect(line?.href).to.equal(`/sales/deals?filter[account]=${account}&filter[status]=open`);
  });

  it('are those of the person on a contact', async () => {
    const { body } = await host.as(host.user).post('/api/v1/contacts', { name: 'Maya' });
    const contact = String(body['id']);
    await buildDeal(host, { contact });

    expect((await lineOf(`contacts/${contact}`))?.value).to.equal('1');
  });

  it('are none when all are decided', async () => {
    const account = await buildAccount(host, { name: 'Done Ltd' });
    const deal = await buildDeal(host, { account });
    await host.as(host.admin).post(`/api/v1/sales/deals/${deal.id}/closure`, { outcome: 'won' });

    expect((await lineOf(`accounts/${account}`))?.value).to.equal('None');
  });

  it('of others are not counted, and without the right to deals there is no line', async () => {
    const account = await buildAccount(host, { name: 'Shared' });
    const other = await host.buildUser({ name: 'Other' });
    await buildDeal(host, { account }, host.admin);
    expect((await lineOf(`accounts/${account}`, other))?.value).to.equal('1');

    await grant('own');
    expect(await eventually(account, other, 'None')).to.equal('None');
    await grant(null);
    expect(await eventually(account, other, undefined)).to.equal(undefined);
  });

  async function grant(reach: string | null): Promise<void> {
    await host.sql(`delete from core.role_grants where role_key = 'user' and permission = 'sales.deal:read'`);
    await host.sql(`insert into core.role_grants (role_key, permission, reach) values ('user', 'sales.deal:read', ?)`, [
      reach,
    ]);
  }

  /** Processes hear of another right a moment after it was given. */
  async function eventually(account: string, who: TestUser, value: string | undefined): Promise<string | undefined> {
    for (let tries = 0; tries < 200; tries += 1) {
      if ((await lineOf(`accounts/${account}`, who))?.value === value) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return (await lineOf(`accounts/${account}`, who))?.value;
  }
});
