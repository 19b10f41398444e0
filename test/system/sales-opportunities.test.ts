import { readFile } from 'node:fs/promises';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

const examples = new URL('../../../examples/crm-sales-opportunities/', import.meta.url);

describe('the sales-opportunities files over the API', function () {
  this.timeout(180_000);

  let host: TestHost;
  before(async () => (host = await createTestHost({ plugins: [new URL('../../../plugins/sales', import.meta.url)] })));
  after(() => host.close());

  it('give 8,800 deals with their accounts, owners and outcome', async () => {
    await importFile('accounts');
    await importFile('sales_teams');
    const pipeline = await importFile('sales_pipeline');

    expect(pipeline['totals']).to.include({ created: 8800, refused: 0, notices: 1425 });
    expect(pipeline['problems']?.[0]).to.deep.include({
      line: 11,
      column: 'account',
      kind: 'notice',
      code: 'no_value',
    });
    expect(await count('')).to.equal(8800);
    expect(await count('filter[status]=won')).to.equal(4238);
    expect(await count('filter[status]=lost')).to.equal(2473);
    expect(await count('filter[account][empty]=true')).to.equal(1425);
    const outcome = await host.as(host.admin).get('/api/v1/sales/deals/outcome');
    expect(outcome.text)
      .to.contain('10005534')
      .and.to.match(/63\.15/);
    expect(
      await host.sql('select name, owner_id, team_id from p_sales.deals where owner_id is null or team_id is null'),
    ).to.deep.equal([]);
  });

  it('change nothing when they come again', async () => {
    const trace = `select (select count(*) from core.audit_log) as audits, (select sum(version) from p_sales.deals) as versions,
      (select count(*) from core.events where type like 'sales.%') as events`;
    const before = await host.sql(trace);

    const pipeline = await importFile('sales_pipeline');

    expect(pipeline['totals']).to.include({ created: 0, changed: 0, unchanged: 8800, refused: 0 });
    expect(await host.sql(trace)).to.deep.equal(before);
  });

  async function importFile(name: string) {
    const [text, mapping] = await Promise.all([
      readFile(new URL(`${name}.csv`, examples), 'utf8'),
      readFile(new URL(`${name}.mapping.json`, examples), 'utf8'),
    ]);
    const query = new URLSearchParams({ fileName: `${name}.csv`, mapping });
    const { headers } = await host
      .as(host.admin)
      .post(`/api/v1/imports?${query.toString()}`, text, { 'Content-Type': 'text/csv' });
    await host.settle();
    const { body } = await host.as(host.admin).get(headers.get('Location') ?? '');
    expect(body['data']).to.include({ state: 'done' });
    return body['data'] ?? {};
  }

  async function count(filter: string): Promise<unknown> {
    const { body } = await host.as(host.admin).get(`/api/v1/sales/deals?${filter}&count=exact&limit=1`);
    return body['page']?.['count'];
  }
});
