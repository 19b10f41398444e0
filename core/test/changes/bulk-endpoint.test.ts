import { Account } from '@trellis-crm/sdk';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('POST /api/v1/<entity>/bulk', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const accounts = async (count: number, industry: string): Promise<readonly { readonly id: string }[]> =>
    (await host.context('core', host.manager))
      .records(Account)
      .createMany([...Array(count).keys()].map((n) => ({ name: `Account ${n}`, industry })));

  it('changes all that match as a job with progress, which can be taken back', async () => {
    await accounts(30, 'Steel');
    await accounts(2, 'Wood');
    const asManager = host.as(host.manager);
    const body = { action: 'update', matching: { 'filter[industry]': 'Steel' }, set: { industry: 'Metal' } };

    const { status, headers, body: answer } = await asManager.post('/api/v1/accounts/bulk', body);
    await host.settle();

    expect(status).to.equal(202);
    expect(answer['data']).to.deep.include({ kind: 'bulk-update', entity: 'core.account', state: 'queued' });
    const set = (await asManager.get(headers.get('Location') ?? '')).body['data'];
    expect(set).to.deep.include({ state: 'done', counts: { updated: 30 }, skipped: 0, undoable: true });
    expect(set?.['progress']).to.deep.equal({ done: 30, total: 30 });
    const counted = await asManager.get('/api/v1/accounts?filter[industry]=Metal&count=exact&limit=1');
    expect(counted.body['page']).to.include({ count: 30 });
    await asManager.post(`${headers.get('Location') ?? ''}/undo`);
    await host.settle();
    const again = await asManager.get('/api/v1/accounts?filter[industry]=Steel&count=exact&limit=1');
    expect(again.body['page']).to.include({ count: 30 });
  });

  it('deletes records by id and answers a repeated request with the same change set', async () => {
    const ids = (await accounts(3, 'Gone')).map(({ id }) => id);
    const asManager = host.as(host.manager);
    const request = () =>
      asManager.post('/api/v1/accounts/bulk', { action: 'delete', ids }, { 'Idempotency-Key': 'bulk-1' });

    const first = await request();
    const second = await request();
    await host.settle();

    expect([first.status, second.body['data']?.['id']]).to.deep.equal([202, first.body['data']?.['id']]);
    const set = (await asManager.get(first.headers.get('Location') ?? '')).body['data'];
    expect(set).to.deep.include({ state: 'done', counts: { trashed: 3 } });
  });

  const refusals: [string, number, string, object][] = [
    ['neither ids nor a list', 400, 'ids_or_matching', { action: 'delete' }],
    ['both', 400, 'ids_or_matching', { action: 'delete', ids: [crypto.randomUUID()], matching: {} }],
    ['a filter nobody knows', 400, 'invalid_query', { action: 'delete', matching: { 'filter[colour]': 'red' } }],
    ['a parameter that is no filter', 400, 'invalid_query', { action: 'delete', matching: { limit: '3' } }],
    ['no field', 422, 'invalid_record', { action: 'update', matching: {} }],
    ['a wrong value', 422, 'invalid_record', { action: 'update', matching: {}, set: { foundedYear: 'old' } }],
    [
      'an owner who is not there',
      422,
      'invalid_record',
      { action: 'update', matching: {}, set: { owner: crypto.randomUUID() } },
    ],
    ['an unknown action', 422, 'not_valid', { action: 'burn', matching: {} }],
  ];
  for (const [what, status, code, body] of refusals) {
    it(`refuses ${what} before anything is done`, async () => {
      const before = await host.sql('select count(*)::int as n from core.change_sets');

      const answer = await host.as(host.manager).post('/api/v1/accounts/bulk', body);

      expect([answer.status, answer.body['code']]).to.deep.equal([status, code]);
      expect(await host.sql('select count(*)::int as n from core.change_sets')).to.deep.equal(before);
    });
  }

  it('asks each action’s own right', async () => {
    const body = { action: 'update', matching: {}, set: { industry: 'X' } };

    expect((await host.as(undefined).post('/api/v1/accounts/bulk', body)).status).to.equal(401);
    expect((await host.as(host.readOnly).post('/api/v1/accounts/bulk', body)).status).to.equal(403);
    expect((await host.as(host.readOnly).post('/api/v1/accounts/bulk', { ...body, action: 'delete' })).status).to.equal(
      403,
    );
  });
});
