import { Account } from '@trellis-crm/sdk';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';

const sales = fileURLToPath(new URL('../../../plugins/sales', import.meta.url));

describe('what search knows when plugins come and go', () => {
  let host: TestHost;

  before(async () => {
    host = await createTestHost({ plugins: [sales] });
  });

  after(() => host.close());

  const textOf = async (id: string): Promise<unknown> =>
    (await host.sql('select text from core.search_entries where record_id = ?', [id]))[0]?.['text'];
  const entitiesWithRows = async (): Promise<unknown[]> =>
    (await host.sql(`select distinct entity from core.search_entries where entity like 'sales.%'`)).map(
      ({ entity }) => entity,
    );
  const settled = (check: () => Promise<unknown>) =>
    eventually(async () => {
      host.clock.advance(6000);
      await host.settle();
      await check();
    });

  it('is what the active plugins declare: fields that one added are found while it is enabled', async () => {
    const ctx = await host.context('core', host.admin);
    const account = await ctx
      .records(Account)
      .create({ name: 'Northern', extras: { sales: { territory: 'Lappland' } } });
    const enabled = await textOf(account.id);

    await host.disable('sales');
    await settled(async () => expect(await textOf(account.id)).to.equal(' northern'));
    await host.enable('sales');
    await settled(async () => expect(await textOf(account.id)).to.equal(enabled));

    expect(enabled).to.equal(' northern\n lappland');
  });

  it('loses rows that no write took out, and regains those that are missing', async () => {
    const ctx = await host.context('core', host.admin);
    const account = await ctx.records(Account).create({ name: 'Missing' });
    await host.sql('delete from core.search_entries where record_id = ?', [account.id]);
    await host.sql(
      `insert into core.search_entries (entity, record_id, updated_at, text, terms) values ('core.account', gen_random_uuid(), now(), ' ghost', '')`,
    );
    await host.sql(`update core.search_builds set fields_key = 'older' where entity = 'core.account'`);

    await host.disable('sales');
    await host.enable('sales');

    const ghosts = `select from core.search_entries where text = ' ghost'`;
    await settled(async () => expect(await host.sql(ghosts)).to.deep.equal([]));
    expect(await textOf(account.id)).to.equal(' missing');
  });

  it('knows nothing of a plugin that was removed', async () => {
    const admin = host.as(host.admin);
    const stages = await admin.get('/api/v1/sales/stages?filter[outcome]=open&limit=1');
    const stage = stages.body['data']?.[0];
    const deal = await admin.post('/api/v1/sales/deals', { name: 'Northern lights', stage: stage?.['id'] });
    expect([deal.status, await entitiesWithRows()]).to.deep.equal([201, ['sales.deal']]);

    await host.expectCleanRemoval('sales');

    expect(await entitiesWithRows()).to.deep.equal([]);
  });
});
