import type { TestClient, TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../../dist/testing/index.js';

interface Told {
  readonly id: string;
  readonly title: string;
  readonly score: number;
  readonly reasons: readonly string[];
}

describe('GET /api/v1/<entity>/duplicates', () => {
  let host: TestHost;
  let stranger: TestUser;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    const elsewhere = await host.buildTeam({ name: 'Elsewhere' });
    stranger = await host.buildUser({ name: 'Stranger', teamId: elsewhere.id });
    admin = host.as(host.admin);
  });

  after(() => host.close());

  const add = async (path: string, body: object): Promise<string> => {
    const answer = await admin.post(`/api/v1/${path}`, body);
    expect(answer.status).to.equal(201);
    return String(answer.body['id']);
  };
  const told = async (client: TestClient, address: string): Promise<readonly Told[]> => {
    const { status, body } = await client.get(`/api/v1/${address}`);
    expect(status).to.equal(200);
    return body['data'] as unknown as readonly Told[];
  };

  it('finds a company by its name whatever its legal form, accents and umlauts', async () => {
    const id = await add('accounts', { name: 'Müller Maschinenbau GmbH & Co. KG' });
    await add('accounts', { name: 'Meier Gartenbau GmbH & Co. KG' });

    const spellings = ['Mueller Maschinenbau AG', 'MULLER MASCHINENBAU', 'Müller Maschinenbauu Ltd.'];
    const answers = await Promise.all(
      spellings.map((name) => told(admin, `accounts/duplicates?name=${encodeURIComponent(name)}`)),
    );

    expect(answers.map((found) => found.map((one) => one.id))).to.deep.equal([[id], [id], [id]]);
    expect(answers[0]).to.deep.equal([
      { id, title: 'Müller Maschinenbau GmbH & Co. KG', score: 0.9, reasons: ['name'] },
    ]);
  });

  it('finds a company by its domain, in the web address as among the domains', async () => {
    const byDomain = await add('accounts', { name: 'One', domains: [{ domain: 'shared.example' }] });
    const bySite = await add('accounts', { name: 'Two', website: 'https://www.shared.example/about' });
    await add('accounts', { name: 'Three', website: 'https://notshared.example' });

    const asSite = await told(admin, 'accounts/duplicates?website=shared.example/contact');
    const asDomain = await told(admin, 'accounts/duplicates?domains.domain=other.example,shared.example');

    expect(asSite.map(({ id }) => id).sort()).to.deep.equal([byDomain, bySite].sort());
    expect(asDomain.map(({ id }) => id).sort()).to.deep.equal([byDomain, bySite].sort());
  });

  it('finds a person by e-mail address and by phone number in any spelling', async () => {
    const id = await add('contacts', {
      name: 'Ana Silva',
      emails: [{ email: 'ana@silva.example' }],
      phones: [{ phone: '+49 30 901820' }],
    });

    const byMail = await told(admin, 'contacts/duplicates?emails.email=ANA@silva.example');
    const byPhone = await told(admin, `contacts/duplicates?phones.phone=${encodeURIComponent('+49 (30) 90 18 20')}`);
    const byBoth = await told(admin, 'contacts/duplicates?name=Anna%20Silva&emails.email=ana@silva.example');

    expect(byMail).to.deep.equal([{ id, title: 'Ana Silva', score: 0.95, reasons: ['emails.email'] }]);
    expect(byPhone.map((one) => one.id)).to.deep.equal([id]);
    expect(byBoth[0]?.reasons).to.deep.equal(['emails.email', 'name']);
  });

  it('compares a record there is with all others', async () => {
    const one = await add('contacts', { name: 'Twin Peaks', emails: [{ email: 'twin@peaks.example' }] });
    const other = await add('contacts', { name: 'Twin Peaks', emails: [{ email: 'twin@peaks.example' }] });

    const found = await told(admin, `contacts/duplicates?id=${one}`);

    expect(found.map(({ id }) => id)).to.deep.equal([other]);
  });

  it('shows nobody what they may not see, and nothing that is in the trash', async () => {
    await admin.request('PUT', '/api/v1/roles/user/grants', { grants: { 'core.contact:read': 'own' } });
    const hidden = await add('contacts', { name: 'Secret Person', emails: [{ email: 'secret@person.example' }] });
    const gone = await add('contacts', { name: 'Gone Person', emails: [{ email: 'gone@person.example' }] });
    await admin.delete(`/api/v1/contacts/${gone}`, { 'If-Match': '*' });

    const strangers = await told(host.as(stranger), 'contacts/duplicates?emails.email=secret@person.example');
    const ours = await told(admin, 'contacts/duplicates?emails.email=secret@person.example');
    const trashed = await told(admin, 'contacts/duplicates?emails.email=gone@person.example');

    expect([strangers, ours.map(({ id }) => id), trashed]).to.deep.equal([[], [hidden], []]);
  });

  it('refuses what is not compared, nothing at all, and those who are not signed in', async () => {
    const answers = [
      await admin.get('/api/v1/contacts/duplicates?color=red'),
      await admin.get('/api/v1/contacts/duplicates'),
      await host.as().get('/api/v1/contacts/duplicates?name=x'),
      await admin.get('/api/v1/contacts/duplicates?id=018f4c1e-0000-7000-8000-000000000000'),
      await admin.get('/api/v1/teams/duplicates?name=x'),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 401, 404, 404]);
  });
});
