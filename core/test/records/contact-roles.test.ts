import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('roles of contacts', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  it('mark people without a company between, and find them', async () => {
    const owner = await admin.post('/api/v1/contacts', { name: 'Olga Owner', roles: ['shareholder', 'customer'] });
    await admin.post('/api/v1/contacts', { name: 'Paul Plain' });

    const { body } = await admin.get('/api/v1/contacts?filter[roles]=shareholder&fields=name,roles');
    const page = await admin.page(`/contacts/${String(owner.body['id'])}`);
    const form = await admin.submit('/contacts/new', { name: 'Fay Freelance', roles: 'supplier' });
    const found = await admin.page('/contacts?filter[roles]=supplier');

    expect(body['data']).to.deep.equal([
      { id: owner.body['id'], name: 'Olga Owner', roles: ['shareholder', 'customer'] },
    ]);
    expect(page.text).to.include('Shareholder').and.include('Customer');
    expect(form.status).to.equal(303);
    expect(found.text).to.include('Fay Freelance').and.not.to.include('Paul Plain');
  });

  it('are those there are, and accounts may be shareholders too', async () => {
    const wrong = await admin.post('/api/v1/contacts', { name: 'X', roles: ['friend'] });
    const account = await admin.post('/api/v1/accounts', { name: 'Holding', roles: ['shareholder'] });

    expect([wrong.status, account.status]).to.deep.equal([422, 201]);
  });
});
