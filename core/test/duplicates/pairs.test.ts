import type { TestBody, TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

interface Pair {
  readonly left: { readonly id: string; readonly title: string };
  readonly right: { readonly id: string };
  readonly score: number;
  readonly reasons: readonly string[];
}

describe('/api/v1/<entity>/duplicate-pairs', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  const add = async (path: string, body: object): Promise<string> =>
    String((await admin.post(`/api/v1/${path}`, body)).body['id']);
  const search = async (): Promise<void> => {
    expect((await admin.post('/api/v1/contacts/duplicate-pairs/search')).status).to.equal(202);
    await host.settle();
  };
  const read = async (query = '', as = admin): Promise<TestBody> =>
    (await as.get(`/api/v1/contacts/duplicate-pairs${query}`)).body;
  const pairsOf = (body: TestBody): readonly Pair[] => body['data'] as unknown as readonly Pair[];
  const idsOf = (body: TestBody) => pairsOf(body).map(({ left, right }) => [left.id, right.id].sort().join());

  it('finds them in the whole base: what is the same, and names with a slip where something else is the same', async () => {
    const firm = await add('accounts', { name: 'Pair Works' });
    const [mail, mailToo] = [
      await add('contacts', { name: 'Anna Lind', emails: [{ email: 'anna@lind.example' }] }),
      await add('contacts', { name: 'A. Lind', emails: [{ email: 'anna@lind.example' }] }),
    ];
    const [typed, typo] = [
      await add('contacts', { name: 'Katharina Bergmann', accounts: [{ account: firm }] }),
      await add('contacts', { name: 'Katharina Bergman', accounts: [{ account: firm }] }),
    ];
    await add('contacts', { name: 'Katharina Bergmann' });
    await add('contacts', { name: 'Somebody Else', accounts: [{ account: firm }] });

    await search();
    const body = await read();

    expect(idsOf(body).sort()).to.deep.equal([[mail, mailToo].sort().join(), [typed, typo].sort().join()].sort());
    expect(pairsOf(body).map(({ reasons }) => reasons)).to.deep.equal([['emails.email'], ['name', 'accounts.account']]);
    expect(body['run']?.['isRunning']).to.equal(false);
    expect(await host.sql('select 1 from core.match_keys')).to.deep.equal([]);
    // The two names share their beginning and their end; a row that was written over has a mark.
    expect(await host.sql(`select 1 from core.duplicate_pairs where xmax::text <> '0'`)).to.deep.equal([]);
  });

  it('gives a pair the score that whoever types it is told', async () => {
    const [pair] = pairsOf(await read());

    const { body } = await admin.get(`/api/v1/contacts/duplicates?id=${pair?.left.id ?? ''}`);

    expect(body['data']?.[0]?.['score']).to.equal(pair?.score);
  });

  it('remembers what is none, lets others wait, and forgets what is none any more', async () => {
    const [first, second] = pairsOf(await read());
    const address = (pair?: Pair) => `/api/v1/contacts/duplicate-pairs/${pair?.right.id ?? ''}/${pair?.left.id ?? ''}`;

    const statuses = [
      (await admin.request('PUT', address(first), { state: 'dismissed' })).status,
      (await admin.request('PUT', address(second), { state: 'later' })).status,
    ];
    await admin.delete(`/api/v1/contacts/${second?.left.id ?? ''}`, { 'If-Match': '*' });
    await search();

    expect(statuses).to.deep.equal([204, 204]);
    expect(idsOf(await read())).to.deep.equal([]);
    expect(idsOf(await read('?state=dismissed'))).to.have.length(1);
    expect(idsOf(await read('?state=later'))).to.deep.equal([]);
    expect(await host.sql('select state from core.duplicate_pairs')).to.deep.equal([{ state: 'dismissed' }]);
  });

  it('goes on where it was broken off', async () => {
    await add('contacts', { name: 'Go On', emails: [{ email: 'go@on.example' }] });
    await add('contacts', { name: 'Go On', emails: [{ email: 'go@on.example' }] });
    await search();
    await host.sql(`update core.duplicate_runs set stage = 'pairs', parts_done = 1000 where entity = 'core.contact'`);

    await search();

    expect(await host.sql(`select stage from core.duplicate_runs where entity = 'core.contact'`)).to.deep.equal([
      { stage: 'done' },
    ]);
    expect(idsOf(await read())).to.have.length(1);
  });

  it('goes page by page, and shows only pairs of which the reader may see both', async () => {
    const body = await read('?limit=1');
    await admin.request('PUT', '/api/v1/roles/manager/grants', { grants: { 'core.contact:read': 'own' } });

    const manager = await read('', host.as(host.manager));

    expect([pairsOf(body).length, body['page']?.['next']]).to.deep.equal([1, null]);
    expect(pairsOf(manager)).to.deep.equal([]);
  });

  it('refuses bad requests, what is not there, and those who may not', async () => {
    const nowhere = '018f4c1e-0000-7000-8000-000000000000';

    const answers = [
      await admin.get('/api/v1/contacts/duplicate-pairs?after=x'),
      await admin.get('/api/v1/contacts/duplicate-pairs?state=odd'),
      await host.as(host.readOnly).get('/api/v1/contacts/duplicate-pairs'),
      await admin.request('PUT', `/api/v1/contacts/duplicate-pairs/${nowhere}/${nowhere}`, { state: 'later' }),
      await admin.request('PUT', `/api/v1/contacts/duplicate-pairs/${nowhere}/${nowhere}`, { state: 'odd' }),
      await host.as(host.user).post('/api/v1/contacts/duplicate-pairs/search'),
      await host.as().get('/api/v1/contacts/duplicate-pairs'),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 403, 404, 422, 403, 401]);
  });
});
