import { expect } from 'chai';
import type { TestHost, TestResponse } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('derived pages', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('show a list with names instead of ids, and how many there are', async () => {
    await createAccount({ name: 'Northwind', industry: 'Automation' });

    const { status, text } = await host.as(host.user).page('/accounts?filter[industry]=Automation');

    expect(status).to.equal(200);
    expect(text).to.contain('Northwind').and.contain(host.admin.name).and.contain('1 record');
  });

  it('answer htmx with a part and say that the answer depends on it', async () => {
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };

    const { text, headers: answered } = await host.as(host.admin).page('/accounts', headers);

    expect(text).to.not.contain('<html');
    expect(answered.get('vary')).to.match(/HX-Request-Type/i);
  });

  it('refuse a filter that does not exist', async () => {
    const { status } = await host.as(host.admin).page('/accounts?filter[nonsense]=1');

    expect(status).to.equal(400);
  });

  it('show no buttons for what somebody may not do, and refuse it when asked all the same', async () => {
    const id = await createAccount({ name: 'Not yours' });
    const reader = host.as(host.readOnly);

    const record = await reader.page(`/accounts/${id}`);
    const list = await reader.page('/accounts');

    expect(record.text).to.not.contain(`/accounts/${id}/edit`).and.not.contain(`/accounts/${id}/trash`);
    expect(list.text).to.not.contain('/accounts/new');
    expect((await reader.page(`/accounts/${id}/edit`)).status).to.equal(403);
    expect((await reader.submit(`/accounts/${id}/trash`, {})).status).to.equal(403);
    expect((await host.as(host.admin).get(`/api/v1/accounts/${id}`)).status).to.equal(200);
  });

  it('look the same for a record that is absent and for one with a broken id', async () => {
    const client = host.as(host.admin);

    expect((await client.page('/accounts/00000000-0000-7000-8000-000000000000')).status).to.equal(404);
    expect((await client.page('/accounts/nonsense')).status).to.equal(404);
  });

  it('send people who are not signed in to the sign-in page and back', async () => {
    const { status, headers } = await host.as().page('/accounts');

    expect(status).to.equal(303);
    expect(headers.get('location')).to.equal('/login?next=%2Faccounts');
  });

  it('refuse a form without its forgery token', async () => {
    const { status } = await host.as(host.admin).submit('/accounts/new', { name: 'Forged', _csrf: 'wrong' });

    expect(status).to.equal(403);
    expect(await host.sql("select 1 from core.accounts where name = 'Forged'")).to.deep.equal([]);
  });

  it('create a record and go to it with 303; a form that is wrong comes back with 422', async () => {
    const client = host.as(host.admin);

    const refused = await client.submit('/accounts/new', { name: '', industry: 'Retail', employees: 'many' });
    const created = await client.submit('/accounts/new', {
      name: 'Fresh',
      'annualRevenue.amount': '12.50',
      'annualRevenue.currency': 'USD',
    });

    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('value="Retail"').and.contain('field-employees-error');
    expect(created.status).to.equal(303);
    const { body } = await client.get(`/api/v1${created.headers.get('location') ?? ''}`);
    expect(body['annualRevenue']).to.deep.equal({ amount: '12.50', currency: 'USD' });
  });

  it('refuse to save over what somebody else saved, and show what that is', async () => {
    const id = await createAccount({ name: 'Shared', industry: 'Retail' });
    const client = host.as(host.admin);
    await client.patch(`/api/v1/accounts/${id}`, { industry: 'Logistics' }, { 'If-Match': '*' });

    const { status, text } = await client.submit(`/accounts/${id}/edit`, {
      name: 'Shared',
      industry: 'Mine',
      _version: '1',
    });

    expect(status).to.equal(422);
    expect(text).to.contain('Logistics').and.contain('value="Mine"').and.contain('name="_version" value="2"');
  });

  it('save one field in place and answer with the field and the header', async () => {
    const id = await createAccount({ name: 'In place' });
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };

    const { status, text } = await host
      .as(host.admin)
      .submit(`/accounts/${id}/fields/industry`, { industry: 'Food', _version: '1' }, headers);

    expect(status).to.equal(200);
    expect(text).to.contain('id="detail-industry"').and.contain('Food').and.contain('hx-target="#block-header"');
  });

  it('put a record into the trash, list it there, and bring it back', async () => {
    const id = await createAccount({ name: 'Come back' });
    const client = host.as(host.admin);

    const trashed = await client.submit(`/accounts/${id}/trash`, {});
    const trash = await client.page('/accounts/trash');
    const restored = await client.submit(`/accounts/${id}/restoration`, {});

    expect(trashed.headers.get('location')).to.equal('/accounts');
    expect(flashOf(trashed)).to.deep.equal({
      text: 'Come back was deleted',
      undoAction: `/accounts/${id}/restoration`,
    });
    expect(trash.text).to.contain('Come back');
    expect(restored.headers.get('location')).to.equal(`/accounts/${id}`);
  });

  it('find records for a look-up by what was typed, those that begin with it first', async () => {
    await createAccount({ name: 'Grand Lookup' });
    await createAccount({ name: 'Lookup Ltd' });

    const { text } = await host.as(host.user).page('/accounts/options?q=lookup');

    expect(text.indexOf('Lookup Ltd')).to.be.greaterThan(-1).and.lessThan(text.indexOf('Grand Lookup'));
  });

  async function createAccount(input: object): Promise<string> {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', input);
    return typeof body.id === 'string' ? body.id : '';
  }
});

/** The message an answer leaves for the next page. */
function flashOf({ headers }: TestResponse): unknown {
  const cookie = headers.getSetCookie().find((one) => one.startsWith('flash='));
  return JSON.parse(Buffer.from(/=([^;]*)/.exec(cookie ?? '')?.[1] ?? '', 'base64url').toString()) as unknown;
}
