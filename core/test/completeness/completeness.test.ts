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

    expect(before).to.include('15 % complete').and.include('Missing: Website').and.include('value="15"');
    expect(saved.status).to.equal(303);
    expect(after).to.include('25 % complete').and.include('Missing: Employees');
    expect(weights['weights']).to.deep.include({ industry: 1, employees: 3, phone: 0 });
    expect(await page(host.as(host.readOnly))).not.to.include('/accounts/completeness');
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
