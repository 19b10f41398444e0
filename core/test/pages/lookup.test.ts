import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('GET /<path>/options', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
    const people = [
      { name: 'Anna Schmidt', jobTitle: 'Buyer', emails: [{ email: 'anna@acme.example' }] },
      { name: 'Anna Schmidt', emails: [{ email: 'a.schmidt@beta.example' }] },
      { name: 'Jörg Müller' },
      { name: 'Zoe Annabel' },
    ];
    for (const person of people) await admin.post('/api/v1/contacts', person);
  });

  after(() => host.close());

  async function labels(q: string): Promise<readonly string[]> {
    const { status, text } = await admin.page(`/contacts/options?q=${encodeURIComponent(q)}`, {
      'HX-Request': 'true',
      'HX-Request-Type': 'partial',
    });
    expect(status).to.equal(200);
    return [...text.matchAll(/data-label="([^"]+)"/g)].map(([, label = '']) => label);
  }

  it('shows what begins with the words typed before what contains them', async () => {
    expect(await labels('anna')).to.deep.equal(['Anna Schmidt', 'Anna Schmidt', 'Zoe Annabel']);
    expect(await labels('')).to.have.length(4);
  });

  it('finds other spellings, typing errors and e-mail addresses', async () => {
    expect(await labels('Muller')).to.deep.equal(['Jörg Müller']);
    expect(await labels('mueller')).to.deep.equal(['Jörg Müller']);
    expect(await labels('Shmidt')).to.deep.equal(['Anna Schmidt', 'Anna Schmidt']);
    expect(await labels('a.schmidt@beta')).to.deep.equal(['Anna Schmidt']);
    expect(await labels('Nobody Likethis')).to.deep.equal([]);
  });

  it('tells two of the same name apart', async () => {
    const { text } = await admin.page('/contacts/options?q=anna');

    expect(text)
      .to.include('<small>Buyer · anna@acme.example</small>')
      .and.include('<small>a.schmidt@beta.example</small>');
  });

  it('takes what cannot be searched for, and shows nothing to whoever may not read', async () => {
    expect(await labels('%')).to.deep.equal([]);
    expect(await labels('"')).to.deep.equal([]);
    expect(await labels('x'.repeat(300))).to.deep.equal([]);
    expect((await host.as().page('/contacts/options?q=anna')).status).to.equal(303);
  });

  it('shows nothing that is in the trash', async () => {
    const { body } = await admin.post('/api/v1/contacts', { name: 'Gone Person' });
    const before = await labels('Gone Persn');
    await admin.request('DELETE', `/api/v1/contacts/${String(body['id'])}`, undefined, { 'If-Match': '*' });

    expect(before).to.deep.equal(['Gone Person']);
    expect(await labels('Gone Persn')).to.deep.equal([]);
  });
});
