import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('GET /search', function () {
  this.timeout(30_000);
  let host: TestHost;
  let account: string;

  before(async () => {
    host = await createTestHost();
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Northwind <Traders>' });
    account = String(body['id']);
    await host
      .as(host.user)
      .post('/api/v1/contacts', { name: 'Maya Northwind', emails: [{ email: 'maya@example.org' }] });
  });

  after(() => host.close());

  const page = async (query: string): Promise<string> => (await host.as(host.user).page(`/search${query}`)).text;

  it('shows what was found by kind of record, escaped, with the brief of a customer who comes first', async () => {
    const text = await page('?q=northwind');

    expect(text).to.contain('Northwind &lt;Traders&gt;').and.contain(`href="/accounts/${account}"`);
    expect(text).to.contain('Maya Northwind').and.contain('class="brief"');
  });

  it('says where something was found, and when nothing is spelled like that', async () => {
    expect(await page('?q=maya@example')).to.contain('maya@example.org');
    expect(await page('?q=nortwind'))
      .to.contain('These come close')
      .and.contain('Maya Northwind');
  });

  it('shows one kind of record alone', async () => {
    const text = await page('?q=northwind&entity=core.contact');

    expect(text).to.contain('Maya Northwind').and.not.contain(`href="/accounts/${account}"`);
  });

  it('shows hits of one kind that fifty of another crowd out, and says when there are more', async () => {
    const { body: contact } = await host.as(host.user).post('/api/v1/contacts', { name: 'Crowded Clara' });
    const names = Array.from({ length: 50 }, (_, index) => `Crowded ${String(index)}`);
    await Promise.all(names.map((name) => host.as(host.user).post('/api/v1/accounts', { name })));

    expect(await page('?q=crowded&entity=core.contact'))
      .to.contain(`href="/contacts/${String(contact['id'])}"`)
      .and.contain('1 hit');
    expect(await page('?q=crowded&entity=core.account')).to.contain('The first 50 hits');
  });

  it('says so when there is nothing, or nothing to look for', async () => {
    expect(await page('?q=zzzzzzzz')).to.contain('Nothing found');
    expect(await page('?q=--')).to.contain('Type letters or digits');
    expect(await page(`?q=${'a'.repeat(201)}`)).to.contain('Type letters or digits');
    expect(await page('?q=northwind&entity=core.nothing')).to.contain('Nothing found');
  });

  it('is for those who are signed in', async () => {
    const answer = await fetch(`${host.url}/search?q=northwind`, { redirect: 'manual' });

    expect(answer.status).to.equal(303);
  });
});

describe('what somebody opened last', function () {
  this.timeout(30_000);
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  const recent = async (who = host.user): Promise<readonly string[]> => {
    const { body } = await host.as(who).get('/api/v1/me/recent');
    return (body['data'] as unknown as readonly { readonly title: string }[]).map(({ title }) => title);
  };

  async function open(name: string, who = host.user): Promise<string> {
    const { body } = await host.as(who).post('/api/v1/accounts', { name });
    await host.as(who).page(`/accounts/${String(body['id'])}`);
    return String(body['id']);
  }

  /** Visits are written a moment after the answer. */
  async function until(names: readonly string[]): Promise<void> {
    for (let tries = 0; tries < 200 && (await recent()).join() !== names.join(); tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 25));
    expect(await recent()).to.deep.equal(names);
  }

  it('is listed newest first, each record once, for this person alone', async () => {
    await open('First');
    host.clock.advance(1000);
    const second = await open('Second');
    await until(['Second', 'First']);
    host.clock.advance(1000);
    await open('Third');
    host.clock.advance(1000);
    await host.as(host.user).page(`/accounts/${second}`);

    await until(['Second', 'Third', 'First']);
    expect(await recent(host.admin)).to.deep.equal([]);
    expect((await host.as(host.user).page('/search')).text)
      .to.contain('Opened recently')
      .and.contain('Third');
  });

  it('follows the rights of now: what went to the trash or to somebody else is not shown', async () => {
    const id = await open('Goes away');
    await until(['Goes away', 'Second', 'Third', 'First']);

    await host.as(host.user).delete(`/api/v1/accounts/${id}`, { 'If-Match': '*' });

    expect(await recent()).to.deep.equal(['Second', 'Third', 'First']);
  });

  it('is as many as asked for, and no more than fifty', async () => {
    const few = await host.as(host.user).get('/api/v1/me/recent?limit=1');
    const wrong = await host.as(host.user).get('/api/v1/me/recent?limit=51');
    const nobody = await fetch(`${host.url}/api/v1/me/recent`);

    expect(few.body['data']).to.have.length(1);
    expect([wrong.status, nobody.status]).to.deep.equal([400, 401]);
  });
});
