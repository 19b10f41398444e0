import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { completenessOf } from '../../dist/completeness/index.js';
import { createTestHost } from '../../dist/testing/index.js';

describe('how complete a record is', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  async function put(weights: object, status = 200): Promise<void> {
    const answer = await admin.request('PUT', '/api/v1/accounts/completeness', { weights });
    expect(answer.status).to.equal(status);
  }

  it('is told by the weights of the fields that are filled, those of plugins too', () => {
    const weights = { phone: 1, emails: 2, 'sales.territory': 1, note: 0 };

    expect(completenessOf(weights, { phone: '+1', emails: [], sales: { territory: null } })).to.deep.equal({
      percent: 25,
      missing: ['emails', 'sales.territory'],
    });
    expect(completenessOf(weights, { phone: '+1', emails: [{}], sales: { territory: 'x' } }).percent).to.equal(100);
    expect(completenessOf({}, {})).to.deep.equal({ percent: 100, missing: [] });
  });

  it('stands on the page of the record with what is missing, and follows what an administrator decides', async () => {
    const { body } = await admin.post('/api/v1/accounts', { name: 'Bare', industry: 'Tools' });
    const page = async (as = admin): Promise<string> => (await as.page(`/accounts/${String(body['id'])}`)).text;

    const before = await page();
    const saved = await admin.submit('/accounts/completeness', { industry: '1', employees: '3' });
    const after = await page();
    const { body: weights } = await admin.get('/api/v1/accounts/completeness');

    expect(before).to.include('15% complete').and.include('Missing: Website').and.include('value="15"');
    expect(saved.status).to.equal(303);
    expect(after).to.include('25% complete').and.include('Missing: Employees');
    expect(weights['weights']).to.deep.include({ industry: 1, employees: 3, phone: 0 });
    expect(await page(host.as(host.readOnly))).not.to.include('/accounts/completeness');
  });

  it('is answered beside records where it is asked for, by what counts at that moment, and never twice', async () => {
    await put({ industry: 1, phone: 1, emails: 1, employees: 0 }, 422);
    await put({ industry: 1, phone: 1, addresses: 2 });
    const { body: bare } = await admin.post('/api/v1/accounts', { name: 'Percent bare' });
    const { body: full } = await admin.post('/api/v1/accounts', {
      name: 'Percent full',
      industry: 'Tools',
      addresses: [{ kind: 'billing', city: 'Bonn' }],
    });
    const ids = [bare['id'], full['id']].join();
    const list = async (query: string): Promise<unknown> =>
      (await admin.get(`/api/v1/accounts?filter[id][in]=${ids}&sort=name&${query}`)).body['data'];

    const some = await list('fields=name&include=completeness');
    const plain = (await list('')) as readonly object[];
    const { body: one } = await admin.get(`/api/v1/accounts/${String(full['id'])}?include=completeness,tags,owner`);
    await put({ industry: 1 });

    expect(some).to.deep.equal([
      { id: bare['id'], name: 'Percent bare', completeness: 0 },
      { id: full['id'], name: 'Percent full', completeness: 75 },
    ]);
    expect(plain[0]).not.to.have.property('completeness');
    expect(one).to.deep.include({ completeness: 75, tags: [] });
    expect(await list('fields=id&include=completeness')).to.deep.equal([
      { id: bare['id'], completeness: 0 },
      { id: full['id'], completeness: 100 },
    ]);
    await put({});
    expect(await list('fields=id&include=completeness')).to.deep.include({ id: bare['id'], completeness: 100 });
  });

  it('is a column to choose, in the list, its views and its file, that nothing can be sorted by', async () => {
    await put({ industry: 1, phone: 2 });
    await admin.post('/api/v1/accounts', { name: 'Column third', industry: 'Tools' });
    const query = 'q=Column+third&columns=name,completeness';

    const { text } = await admin.page(`/accounts?${query}`);
    const choices = await admin.page('/accounts/columns');
    const file = await admin.request('GET', '/api/v1/accounts/export?q=Column+third&fields=name,completeness');
    const answers = [
      await admin.get('/api/v1/accounts?sort=completeness'),
      await admin.get('/api/v1/teams?filter[completeness]=10'),
      await admin.get('/api/v1/teams?include=completeness'),
    ];

    expect(text)
      .to.match(/Completeness/)
      .and.include('33%');
    expect(text).not.to.include('sort=-completeness').and.not.to.include('sort=completeness');
    expect(choices.text).to.include('shown.completeness');
    expect(file.text).to.equal('name,completeness\r\nColumn third,33\r\n');
    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 400]);
  });

  it('can be filtered by, in the API, by a person in the list, and by the weights of that moment', async () => {
    await put({ industry: 1, roles: 1, addresses: 2 });
    const values: object[] = [{}, { industry: 'Tools' }, { addresses: [{ kind: 'billing', city: 'Bonn' }] }];
    for (const [place, value] of values.entries())
      await admin.post('/api/v1/accounts', { name: `Half ${String(place)}`, roles: ['customer'], ...value });
    const found = async (query: string): Promise<unknown> => {
      const answer = await admin.get(`/api/v1/accounts?q=Half&sort=name&fields=name&${query}`);
      return (answer.body['data'] as unknown as { readonly name: string }[]).map(({ name }) => name);
    };
    const where = encodeURIComponent('{"any":[{"field":"completeness","op":"lt","value":50}]}');

    const shown = await admin.page('/accounts?filter[completeness][lte]=25');
    const editor = await admin.page('/accounts/filter?filter[completeness][between]=20,60');

    expect(await found('filter[completeness][lt]=50')).to.deep.equal(['Half 0']);
    expect(await found('filter[completeness][gte]=50')).to.deep.equal(['Half 1', 'Half 2']);
    expect(await found('filter[completeness][between]=30,60')).to.deep.equal(['Half 1']);
    expect(await found('filter[completeness]=75')).to.deep.equal(['Half 2']);
    expect(await found(`where=${where}`)).to.deep.equal(['Half 0']);
    expect(shown.text).to.include('Half 0').and.include('name="add" value="completeness"').and.not.to.include('Half 1');
    expect(editor.text).to.include('value="20"').and.include('value="60"').and.not.to.include('.rest"');
    await put({ industry: 1 });
    expect(await found('filter[completeness][lt]=50')).to.deep.equal(['Half 0', 'Half 2']);
  });

  it('refuses to filter by what is no whole percent', async () => {
    const asked = ['[lt]=half', '[lt]=-1', '[empty]=true', '[in]=1,2', '[contains]=5', '[eq]='];

    const answers = await Promise.all(asked.map((query) => admin.get(`/api/v1/accounts?filter[completeness]${query}`)));

    expect(answers.map(({ status }) => status)).to.deep.equal(asked.map(() => 400));
  });

  it('takes whole weights in its form, and leads back to it whatever they are', async () => {
    const refused = await admin.submit('/accounts/completeness', { industry: '-5', phone: 'abc', employees: '500' });
    await put({});
    const settings = await admin.page('/settings');

    expect(refused.status).to.equal(422);
    expect(refused.text.match(/Enter a whole number from 0 to 100/g)).to.have.length(3);
    expect(refused.text).to.include('value="-5"').and.include('value="abc"').and.include('value="500"');
    expect(settings.text).to.include('href="/accounts/completeness"').and.include('href="/contacts/completeness"');
    expect(settings.text).not.to.include('/activities/completeness');
  });

  it('is decided by those who administer settings, of fields there are', async () => {
    const put = (as: TestClient, weights: object) => as.request('PUT', '/api/v1/accounts/completeness', { weights });

    const answers = [
      await put(admin, { colour: 1 }),
      await put(admin, { industry: 101 }),
      await put(host.as(host.manager), { industry: 1 }),
      await put(host.as(), { industry: 1 }),
      await host.as(host.manager).page('/accounts/completeness'),
      await admin.page('/accounts/completeness'),
      await admin.get('/api/v1/teams/completeness'),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([422, 422, 403, 401, 403, 200, 404]);
  });
});
