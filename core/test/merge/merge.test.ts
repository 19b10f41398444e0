import type { TestBody, TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('POST /api/v1/<entity>/merge', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  const add = async (path: string, body: object, as = admin): Promise<string> => {
    const answer = await as.post(`/api/v1/${path}`, body);
    expect(answer.status).to.equal(201);
    return String(answer.body['id']);
  };
  const get = async (path: string): Promise<TestBody> => (await admin.get(`/api/v1/${path}`)).body;
  const send = (as: TestClient, path: string, body: object) => as.post(`/api/v1/${path}/merge`, body);
  const merge = (path: string, winner: string, losers: readonly string[], fields: object = {}) =>
    send(admin, path, { winner, losers, fields });
  const undo = async (changeSet: TestBody | undefined): Promise<void> => {
    const { status } = await admin.post(`/api/v1/change-sets/${String(changeSet)}/undo`);
    expect(status).to.equal(202);
    await host.settle();
    const after = (await get(`change-sets/${String(changeSet)}`))['data'];
    expect(after?.['undo']?.['state']).to.equal('done');
  };

  it('unites two records: fields by choice, empty ones filled, lists and choices united', async () => {
    const winner = await add('accounts', {
      name: 'Acme',
      roles: ['prospect'],
      domains: [{ domain: 'acme.example' }],
      industry: 'Robots',
      employees: 5,
    });
    const loser = await add('accounts', {
      name: 'ACME Inc.',
      roles: ['customer', 'prospect'],
      domains: [{ domain: 'acme.example' }, { domain: 'acme.test' }],
      industry: 'Machines',
      employees: 50,
      country: 'France',
    });

    const { status, body, headers } = await merge('accounts', winner, [loser], { name: loser, employees: loser });

    expect(status).to.equal(200);
    expect(body['record']).to.deep.include({
      id: winner,
      name: 'ACME Inc.',
      roles: ['prospect', 'customer'],
      industry: 'Robots',
      employees: 50,
      country: 'France',
      domains: [{ domain: 'acme.example' }, { domain: 'acme.test' }],
    });
    expect(headers.get('etag')).to.equal(`"${String(body['record']?.['version'])}"`);
    expect(await get(`accounts/${winner}`)).to.deep.equal(body['record']);
  });

  it('moves whatever refers to the losers, once, and drops entries that would be there twice', async () => {
    const [winner, loser] = [await add('accounts', { name: 'W' }), await add('accounts', { name: 'L' })];
    const child = await add('accounts', { name: 'Child', parent: loser });
    const both = await add('contacts', {
      name: 'Both',
      accounts: [{ account: winner, role: 'a' }, { account: loser }],
    });
    const one = await add('contacts', { name: 'One', accounts: [{ account: loser, role: 'buyer' }] });
    const call = await add('activities', {
      kind: 'call',
      subject: 'Hello',
      links: [
        { entity: 'core.account', id: loser },
        { entity: 'core.contact', id: one },
        { entity: 'core.account', id: winner },
      ],
    });
    const gone = await add('contacts', { name: 'Gone', accounts: [{ account: loser }] });
    await admin.delete(`/api/v1/contacts/${gone}`, { 'If-Match': '*' });
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('erp', 'core.account', 'L-1', ?)`,
      [loser],
    );

    const { body } = await merge('accounts', winner, [loser]);

    expect(body['moved']).to.deep.equal([
      { entity: 'core.account', field: 'parent', count: 1 },
      { entity: 'core.contact', field: 'accounts.account', count: 2 },
      { entity: 'core.activity', field: 'links.id', count: 1 },
    ]);
    expect((await get(`activities/${call}`))['links']).to.deep.equal([
      { entity: 'core.contact', id: one },
      { entity: 'core.account', id: winner },
    ]);
    expect((await get(`accounts/${child}`))['parent']).to.equal(winner);
    expect((await get(`contacts/${both}`))['accounts']).to.deep.equal([
      { account: winner, role: 'a', isPrimary: false },
    ]);
    expect((await get(`contacts/${one}`))['accounts']?.[0]).to.deep.include({ account: winner, role: 'buyer' });
    const restored = await admin.post(`/api/v1/contacts/${gone}/restoration`);
    expect(restored.body['accounts']?.[0]?.['account']).to.equal(winner);
    expect(await host.sql(`select record_id from core.external_ids where external_id = 'L-1'`)).to.deep.equal([
      { record_id: winner },
    ]);
  });

  it('keeps a tree a tree when a record takes the place of one above it', async () => {
    const top = await add('accounts', { name: 'Top' });
    const loser = await add('accounts', { name: 'Upper', parent: top });
    const middle = await add('accounts', { name: 'Middle', parent: loser });
    const winner = await add('accounts', { name: 'Lower', parent: middle });

    await merge('accounts', winner, [loser]);

    expect((await get(`accounts/${winner}`))['parent']).to.equal(top);
    expect((await get(`accounts/${middle}`))['parent']).to.equal(winner);
  });

  it('leads from the losers to the winner, over several merges, and tells it in an event each', async () => {
    const [last, middle, first] = [
      await add('accounts', { name: 'C' }),
      await add('accounts', { name: 'B' }),
      await add('accounts', { name: 'A' }),
    ];
    await merge('accounts', middle, [first]);
    await merge('accounts', last, [middle]);

    const { status, headers } = await admin.request('GET', `/api/v1/accounts/${first}?include=parent`, undefined);
    const page = await admin.page(`/accounts/${first}`);

    expect([status, headers.get('location')]).to.deep.equal([307, `/api/v1/accounts/${last}?include=parent`]);
    expect([page.status, page.headers.get('location')]).to.deep.equal([303, `/accounts/${last}`]);
    const events = await host.sql(
      `select payload from core.events where type = 'core.account-merged' and order_key = ?`,
      [first],
    );
    expect(events).to.deep.equal([{ payload: { id: first, version: 2, changed: [], into: middle } }]);
  });

  it('is taken back as a whole, also what others changed meanwhile is kept', async () => {
    const winner = await add('accounts', { name: 'Keep', domains: [{ domain: 'keep.example' }] });
    const loser = await add('accounts', { name: 'Lose', domains: [{ domain: 'lose.example' }], country: 'Peru' });
    const contact = await add('contacts', { name: 'Worker', accounts: [{ account: loser }] });
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('erp', 'core.account', 'U-1', ?)`,
      [loser],
    );
    const { body } = await merge('accounts', winner, [loser]);
    await admin.patch(`/api/v1/accounts/${winner}`, { industry: 'Later' }, { 'If-Match': '*' });

    await undo(body['changeSet']);

    expect(await get(`accounts/${winner}`)).to.deep.include({
      name: 'Keep',
      country: null,
      industry: 'Later',
      domains: [{ domain: 'keep.example' }],
    });
    expect(await get(`accounts/${loser}`)).to.deep.include({ id: loser, name: 'Lose', country: 'Peru' });
    expect((await get(`contacts/${contact}`))['accounts']?.[0]?.['account']).to.equal(loser);
    expect(await host.sql(`select record_id from core.external_ids where external_id = 'U-1'`)).to.deep.equal([
      { record_id: loser },
    ]);
    expect(
      await host.sql(
        'select 1 from core.merge_facts f join core.change_sets s on s.id = f.change_set_id where s.id = ?',
        [String(body['changeSet'])],
      ),
    ).to.deep.equal([]);
  });

  it('leaves what people follow besides alone when it is taken back', async () => {
    const [winner, loser, other] = await Promise.all(['W', 'L', 'O'].map((name) => add('accounts', { name })));
    const [kept = '', gone = '', third = ''] = [winner, loser, other];
    const isFollowed = async (id: string): Promise<unknown> => (await get(`accounts/${id}/following`))['isFollowing'];
    for (const id of [gone, third]) await admin.request('PUT', `/api/v1/accounts/${id}/following`);
    const { body } = await merge('accounts', kept, [gone]);
    const between = [await isFollowed(kept), await isFollowed(third)];

    await undo(body['changeSet']);

    const after = [await isFollowed(kept), await isFollowed(gone), await isFollowed(third)];
    expect(between).to.deep.equal([true, true]);
    expect(after).to.deep.equal([false, true, true]);
  });

  it('is taken back also when a tag and a pinned activity of a loser are there no more', async () => {
    const [winner, loser] = [await add('accounts', { name: 'W' }), await add('accounts', { name: 'L' })];
    for (const name of ['fair', 'stays']) await admin.request('PUT', `/api/v1/accounts/${loser}/tags/${name}`);
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('erp', 'core.account', 'G-1', ?)`,
      [loser],
    );
    const { body } = await merge('accounts', winner, [loser]);
    const [tag] = await host.sql(`select id from core.tags where name = 'fair'`);
    const { status } = await admin.delete(`/api/v1/tags/${String(tag?.['id'])}`, { 'If-Match': '*' });

    await undo(body['changeSet']);

    const [left, back] = [await get(`accounts/${winner}?include=tags`), await get(`accounts/${loser}?include=tags`)];
    expect(status).to.equal(204);
    expect(left['tags']).to.deep.equal([]);
    expect((back['tags'] as unknown as { name: string }[]).map(({ name }) => name)).to.deep.equal(['stays']);
    expect(await host.sql(`select record_id from core.external_ids where external_id = 'G-1'`)).to.deep.equal([
      { record_id: loser },
    ]);
  });

  it('takes nothing off a record that whoever takes it back may not change any more', async () => {
    const mine = host.as(host.manager);
    const [winner, loser] = [await add('accounts', { name: 'W' }, mine), await add('accounts', { name: 'L' }, mine)];
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('erp', 'core.account', 'S-1', ?)`,
      [loser],
    );
    const { body, status } = await send(mine, 'accounts', { winner, losers: [loser] });
    const stranger = await host.buildUser();
    await admin.patch(`/api/v1/accounts/${winner}`, { owner: stranger.userId }, { 'If-Match': '*' });
    const refused = await mine.patch(`/api/v1/accounts/${winner}`, { name: 'X' }, { 'If-Match': '*' });

    await mine.post(`/api/v1/change-sets/${String(body['changeSet'])}/undo`);
    await host.settle();

    const set = (await get(`change-sets/${String(body['changeSet'])}`))['data'];
    const { problems } = (await get(`change-sets/${String(set?.['undo']?.['id'])}`))['data'] ?? {};
    expect([status, refused.status]).to.deep.equal([200, 403]);
    expect(JSON.stringify(problems)).to.contain('facts_out_of_reach');
    expect(await get(`accounts/${loser}`)).to.include({ name: 'L' });
    expect(await host.sql(`select record_id from core.external_ids where external_id = 'S-1'`)).to.deep.equal([
      { record_id: winner },
    ]);
  });

  it('lets one of two who merge the same records win and tells the other', async () => {
    const [one, other] = [await add('contacts', { name: 'P' }), await add('contacts', { name: 'P' })];

    const answers = await Promise.all([merge('contacts', one, [other]), merge('contacts', other, [one])]);

    const statuses = answers.map(({ status }) => status).sort();
    const refused = answers.find(({ status }) => status === 409);
    expect(statuses).to.deep.equal([200, 409]);
    expect(refused?.body['code']).to.equal('already_merged');
    expect(
      await host.sql('select count(*)::int as n from core.contacts where id in (?, ?) and deleted_at is null', [
        one,
        other,
      ]),
    ).to.deep.equal([{ n: 1 }]);
  });

  it('does the same again for the same key, once', async () => {
    const [one, other] = [await add('contacts', { name: 'K' }), await add('contacts', { name: 'K' })];
    const again = () =>
      admin.post('/api/v1/contacts/merge', { winner: one, losers: [other] }, { 'Idempotency-Key': 'merge-once' });

    const [first, second] = [await again(), await again()];

    expect([first.status, second.status]).to.deep.equal([200, 200]);
    expect(second.body).to.deep.equal(first.body);
  });

  it('is neither taken back nor used up by who may change nothing any more', async () => {
    const [winner, loser] = [await add('accounts', { name: 'W' }), await add('accounts', { name: 'L' })];
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('erp', 'core.account', 'T-1', ?)`,
      [loser],
    );
    const { changeSet } = (await merge('accounts', winner, [loser])).body;
    const { userId } = host.readOnly;
    await host.sql(
      `update core.change_sets set created_by = ?, actor = jsonb_build_object('kind', 'user', 'userId', ?::text, 'scopes', null)
       where id = ?`,
      [userId, userId, String(changeSet)],
    );

    const { status } = await host.as(host.readOnly).post(`/api/v1/change-sets/${String(changeSet)}/undo`);
    await host.settle();

    expect(status).to.equal(403);
    expect(await host.sql(`select record_id from core.external_ids where external_id = 'T-1'`)).to.deep.equal([
      { record_id: winner },
    ]);
    await undo(changeSet);
  });

  it('refuses bad requests, records that are not there, and those who may not', async () => {
    const [one, other] = [await add('contacts', { name: 'R' }), await add('contacts', { name: 'R' })];
    const nowhere = '018f4c1e-0000-7000-8000-000000000000';
    const rows = () => host.sql('select id, version, deleted_at from core.contacts order by id');
    const before = await rows();

    const answers = [
      await merge('contacts', one, []),
      await merge('contacts', one, [one]),
      await merge('contacts', one, [other], { colour: one }),
      await merge('contacts', one, [other], { name: nowhere }),
      await merge('contacts', one, [nowhere]),
      await send(host.as(host.user), 'contacts', { winner: one, losers: [other] }),
      await send(host.as(host.readOnly), 'contacts', { winner: one, losers: [other] }),
      await send(host.as(), 'contacts', { winner: one, losers: [other] }),
      await merge('users', one, [other]),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([422, 422, 422, 422, 404, 403, 403, 401, 405]);
    expect(answers[2]?.body['errors']?.[0]).to.deep.include({ pointer: '/fields/colour', code: 'unknown_field' });
    expect(await rows()).to.deep.equal(before);
  });
});
