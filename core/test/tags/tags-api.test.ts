import { randomUUID } from 'node:crypto';
import type { Id } from '@trellis-crm/sdk';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('tags of records', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const buildAccount = async (name: string, user = host.user): Promise<Id> => {
    const { body } = await host.as(user).post('/api/v1/accounts', { name });
    return String(body['id']);
  };
  const tagsAt = (id: Id, tag = '', path = 'accounts'): string =>
    `/api/v1/${path}/${id}/tags${tag === '' ? '' : `/${encodeURIComponent(tag)}`}`;
  const tag = (id: Id, name: string, user = host.user) => host.as(user).request('PUT', tagsAt(id, name));
  const namesIn = (body: unknown): string[] =>
    ((body as { data?: { name: string }[] }).data ?? []).map(({ name }) => name);
  const names = async (query: string, user = host.user): Promise<string[]> =>
    namesIn((await host.as(user).get(`/api/v1/accounts?sort=name&${query}`)).body);

  it('are made by whoever uses a word first, whatever its case, and taken off again', async () => {
    const [one, other] = [await buildAccount('Casing One'), await buildAccount('Casing Two')];

    const first = await tag(one, '  Key   account ');
    const again = await tag(other, 'KEY ACCOUNT');
    const gone = await host.as(host.user).delete(tagsAt(one, 'key account'));
    const twice = await host.as(host.user).delete(tagsAt(one, 'key account'));

    expect([first.status, namesIn(first.body)]).to.deep.equal([200, ['Key account']]);
    expect(namesIn(again.body)).to.deep.equal(['Key account']);
    for (const answer of [gone, twice]) expect([answer.status, answer.body]).to.deep.equal([200, { data: [] }]);
    expect(namesIn((await host.as(host.readOnly).get(tagsAt(other))).body)).to.deep.equal(['Key account']);
  });

  it('refuse what is no name, and ids of nothing', async () => {
    const account = await buildAccount('Refusing');

    const comma = await tag(account, 'a,b');
    const long = await tag(account, 'x'.repeat(41));
    const unknown = await tag(account, randomUUID());

    expect([comma.status, long.status, unknown.status]).to.deep.equal([422, 422, 404]);
    expect(unknown.body).to.include({ code: 'tag_not_found' });
  });

  it('ask for the right to change the record, and look absent with it', async () => {
    const account = await buildAccount('Guarded');

    expect((await tag(account, 'vip', host.readOnly)).status).to.equal(403);
    expect((await host.as(host.readOnly).delete(tagsAt(account, 'vip'))).status).to.equal(403);
    expect((await host.as().request('PUT', tagsAt(account, 'vip'))).status).to.equal(401);
    expect((await tag(randomUUID(), 'never made')).status).to.equal(404);
    expect((await host.as(host.user).get(tagsAt(randomUUID()))).status).to.equal(404);
    const rows = await host.sql(`select from core.tags where name_key = 'never made'`);
    expect(rows).to.have.length(0);
  });

  it('are taken by an id in capitals as well', async () => {
    const id = await buildAccount('Capitals');

    expect((await tag(id.toUpperCase(), 'Loud')).status).to.equal(200);
    expect((await host.as(host.user).get(tagsAt(id))).text).to.contain('Loud');
  });

  it('are what lists filter by, alone and in trees, and are answered when asked for', async () => {
    const [a, b, c] = [await buildAccount('F a'), await buildAccount('F b'), await buildAccount('F c')];
    for (const [id, name] of [
      [a, 'Gold'],
      [a, 'North'],
      [b, 'North'],
    ] as const)
      await tag(id, name);
    const where = (tree: object): string => `q=F&where=${encodeURIComponent(JSON.stringify(tree))}`;
    const mine = `filter[id][in]=${[a, b, c].join()}`;

    expect(await names(`${mine}&filter[tags]=gold`)).to.deep.equal(['F a']);
    expect(await names(`${mine}&filter[tags][in]=Gold,north`)).to.deep.equal(['F a', 'F b']);
    expect(await names(`${mine}&filter[tags][ne]=gold`)).to.deep.equal(['F b', 'F c']);
    expect(await names(`${mine}&filter[tags][notIn]=gold,NORTH`)).to.deep.equal(['F c']);
    expect(await names(`${mine}&filter[tags][empty]=true`)).to.deep.equal(['F c']);
    expect(await names(`${mine}&filter[tags]=nobody has it`)).to.deep.equal([]);
    const tree = {
      any: [
        { field: 'tags', op: 'in', value: ['gold'] },
        { field: 'tags', op: 'empty', value: true },
      ],
    };
    expect(await names(`${mine}&${where(tree)}`)).to.deep.equal(['F a', 'F c']);

    const { body } = await host.as(host.user).get(`/api/v1/accounts?${mine}&sort=name&fields=name&include=tags`);
    const [first, , last] = body['data'] as unknown as { tags: { name: string }[] }[];
    expect(first?.tags.map(({ name }) => name)).to.deep.equal(['Gold', 'North']);
    expect(last?.tags).to.deep.equal([]);
    const plain = await host.as(host.user).get(`/api/v1/accounts/${a}`);
    const told = await host.as(host.user).get(`/api/v1/accounts/${a}?include=tags,owner`);
    expect(plain.body).to.not.have.property('tags');
    expect((told.body['tags'] as unknown as { name: string }[]).map(({ name }) => name)).to.deep.equal([
      'Gold',
      'North',
    ]);
    expect((await host.as(host.user).get('/api/v1/accounts?filter[tags][gt]=a')).status).to.equal(400);
    expect((await host.as(host.user).get('/api/v1/accounts?sort=tags')).status).to.equal(400);
  });

  it('stand in the history and leave version and date of the record alone', async () => {
    const account = await buildAccount('Historic');
    const { body: before } = await host.as(host.user).get(`/api/v1/accounts/${account}`);

    await tag(account, 'Old');
    await host.as(host.user).delete(tagsAt(account, 'old'));

    const { body: after } = await host.as(host.user).get(`/api/v1/accounts/${account}`);
    expect(after).to.deep.equal(before);
    const rows = await host.sql(
      `select changes from core.audit_log where record_id = '${account}' and verb = 'updated' order by id`,
    );
    const told = rows.map(({ changes }) => {
      const { from, to } = (changes as { tags: { from: { name: string }[]; to: { name: string }[] } }).tags;
      return [from.map(({ name }) => name), to.map(({ name }) => name)];
    });
    expect(told).to.deep.equal([
      [[], ['Old']],
      [['Old'], []],
    ]);
    const page = await host.as(host.user).page(`/accounts/${account}`);
    expect(page.text).to.contain('<ins>Old</ins>').and.to.contain('<del>Old</del>');
  });

  it('find nothing that one may not read', async () => {
    const account = await buildAccount('Hidden from readers');
    await tag(account, 'secret');
    const grants = { 'core.account:read': 'own' };
    await host.as(host.admin).request('PUT', '/api/v1/roles/read-only/grants', { grants });

    const read = host.as(host.readOnly);
    const seen = await read.get('/api/v1/accounts?filter[tags]=secret&count=exact');

    expect((await read.get(tagsAt(account))).status).to.equal(404);
    expect(seen.body).to.deep.include({ data: [], page: { next: null, count: 0, countIsCapped: false } });
    const { body } = await read.get('/api/v1/tags');
    expect((body['data'] as unknown as { uses: unknown }[]).every(({ uses }) => uses === null)).to.equal(true);
  });
});
