import { Account, Contact } from '@trellis-crm/sdk';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';

describe('GET /api/v1/<entity>/export', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const rowsOf = (text: string): string[][] => parse(text);
  const records = async (user = host.manager) => (await host.context('core', user)).records(Account);

  it('writes the asked columns of all that match, in the order of the list, with names in place of ids', async () => {
    const parent = await (await records()).create({ name: 'Parent', industry: 'Export' });
    await (
      await records()
    ).createMany([
      { name: 'B, "quoted"', industry: 'Export', parent: parent.id, employees: 7 },
      {
        name: 'A',
        industry: 'Export',
        annualRevenue: { amount: '1234.5', currency: 'EUR' },
        domains: [{ domain: 'a.test' }, { domain: 'b.test' }],
      },
      { name: 'Other', industry: 'Else' },
    ]);
    const query = 'filter[industry]=Export&sort=-name&fields=name,parent,employees,annualRevenue,domains,owner';

    const { status, headers, text } = await host.as(host.manager).get(`/api/v1/accounts/export?${query}`);

    expect(status).to.equal(200);
    expect(headers.get('Content-Type')).to.equal('text/csv; charset=utf-8');
    expect(headers.get('Content-Disposition')).to.match(/^attachment; filename="accounts-\d{4}-\d\d-\d\d\.csv"$/);
    expect(rowsOf(text)).to.deep.equal([
      ['name', 'parent', 'employees', 'annualRevenue', 'annualRevenue.currency', 'domains', 'owner'],
      ['Parent', '', '', '', '', '', host.manager.name],
      ['B, "quoted"', 'Parent', '7', '', '', '', host.manager.name],
      ['A', '', '', '1234.50', 'EUR', 'a.test; b.test', host.manager.name],
    ]);
    expect(text.split('\r\n')[0]).to.not.contain('\uFEFF');
  });

  it('makes formulas harmless', async () => {
    const names = ['=1+1', '+cmd', '-cmd', '@sum', 'fine =1'];
    await (await records()).createMany(names.map((name) => ({ name, industry: 'Formula' })));

    const { text } = await host
      .as(host.manager)
      .get('/api/v1/accounts/export?filter[industry]=Formula&fields=name&bom=true');

    const cells = rowsOf(text).map(([cell]) => cell);
    expect(cells).to.have.members(['name', "'=1+1", "'+cmd", "'-cmd", "'@sum", 'fine =1']);
  });

  it('goes through more than a page of records, each once', async () => {
    await (await records()).createMany([...Array(2500).keys()].map((n) => ({ name: `Many ${n}`, industry: 'Many' })));

    const { text } = await host.as(host.manager).get('/api/v1/accounts/export?filter[industry]=Many&fields=name');

    const names = rowsOf(text)
      .slice(1)
      .map(([name]) => name);
    expect([names.length, new Set(names).size]).to.deep.equal([2500, 2500]);
    expect(await host.sql('select count(*)::int as n from core.export_pages')).to.deep.equal([{ n: 0 }]);
  });

  it('shows nobody what they may not read', async () => {
    const team = await host.buildTeam({ name: 'Far away' });
    const far = await host.buildUser({ role: 'user', teamId: team.id });
    await (await records(host.admin)).create({ name: 'Hidden', industry: 'Rights' });
    const grants = { 'core.account:read': 'own', 'core.account:create': 'all' };
    expect((await host.as(host.admin).request('PUT', '/api/v1/roles/user/grants', { grants })).status).to.equal(200);
    await (await records(far)).create({ name: 'Mine', industry: 'Rights' });

    const query = '/api/v1/accounts/export?filter[industry]=Rights&fields=name';
    const { text } = await host.as(host.admin).get(query);
    const mine = await host.as(far).get(query);

    expect(rowsOf(text).length).to.equal(3);
    expect(rowsOf(mine.text)).to.deep.equal([['name'], ['Mine']]);
    expect((await host.as(undefined).get(query)).status).to.equal(401);
  });

  const refusals: [string, string][] = [
    ['an unknown format', 'format=pdf'],
    ['a field nobody knows', 'fields=name,colour'],
    ['a filter nobody knows', 'filter[colour]=red'],
    ['a parameter of the list alone', 'limit=10'],
    ['a mark that is neither', 'bom=maybe'],
  ];
  for (const [what, query] of refusals) {
    it(`refuses ${what}`, async () => {
      const { status, body } = await host.as(host.manager).get(`/api/v1/accounts/export?${query}`);

      expect([status, body['code']]).to.deep.equal([400, 'invalid_query']);
    });
  }

  it('notes who exported what and how much of it, for themselves and for administrators', async () => {
    await (await host.context('core', host.manager)).records(Contact).create({ name: 'Told' });
    await host.as(host.manager).get('/api/v1/contacts/export?fields=name,jobTitle&filter[name]=Told');

    const { body } = await host.as(host.admin).get('/api/v1/exports');

    expect(body['data']?.[0]).to.deep.include({
      entity: 'core.contact',
      format: 'csv',
      fields: ['name', 'jobTitle'],
      query: { fields: 'name,jobTitle', 'filter[name]': 'Told' },
      user: host.manager.userId,
      state: 'done',
      rowCount: 1,
      rowsSent: 1,
    });
    const other = await host.buildUser({ role: 'user' });
    expect((await host.as(other).get('/api/v1/exports')).body['data']).to.deep.equal([]);
  });

  it('calls columns and options as the pages do, when asked to', async () => {
    await (await records()).create({ name: 'Labelled', industry: 'Labels' });
    const path = '/api/v1/accounts/export?filter[industry]=Labels&labels=true&fields=name,annualRevenue';

    const { text } = await host.as(host.manager).get(path);
    const { text: page } = await host.as(host.manager).page('/accounts?filter[industry]=Labels');

    expect(rowsOf(text)[0]).to.deep.equal(['Name', 'Annual revenue', 'Annual revenue: currency']);
    const plain = page.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    const href = /href="([^"]*export\?format=csv[^"]*)"/.exec(plain)?.[1];
    const saved = await host.as(host.manager).get(href ?? '');
    expect(rowsOf(saved.text)[0]?.[0]).to.equal('Name');
    expect(rowsOf(saved.text)[1]?.[0]).to.equal('Labelled');
  });

  it('writes a workbook', async () => {
    const path = '/api/v1/accounts/export?format=xlsx&fields=name&filter[industry]=Many';

    const { status, headers, text } = await host.as(host.manager).get(path);

    expect([status, headers.get('Content-Type')]).to.deep.equal([
      200,
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    ]);
    expect(text.startsWith('PK')).to.equal(true);
  });
});
