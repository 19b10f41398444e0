import { Account, type Id } from '@trellis-crm/sdk';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('tagging many records at once', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const accounts = async (count: number, industry: string): Promise<readonly Id[]> => {
    const records = (await host.context('core', host.manager)).records(Account);
    const made = await records.createMany(
      [...Array(count).keys()].map((n) => ({ name: `${industry} ${n}`, industry })),
    );
    return made.map(({ id }) => id);
  };
  const bulk = async (body: object): Promise<string> => {
    const answer = await host.as(host.manager).post('/api/v1/accounts/bulk', body);
    expect(answer.status).to.equal(202);
    await host.settle();
    return answer.headers.get('Location') ?? '';
  };
  const count = async (filter: string): Promise<unknown> => {
    const { body } = await host.as(host.manager).get(`/api/v1/accounts?${filter}&count=exact&limit=1`);
    return body['page']?.['count'];
  };

  it('gives all that match the tags, and undo takes exactly those off', async () => {
    const [first = ''] = await accounts(12, 'Steel');
    await host.as(host.manager).request('PUT', `/api/v1/accounts/${first}/tags/fair`);

    const set = await bulk({ action: 'tag', matching: { 'filter[industry]': 'Steel' }, tags: ['Fair', 'Spring'] });

    const { body } = await host.as(host.manager).get(set);
    expect(body['data']).to.deep.include({ kind: 'bulk-tag', state: 'done', counts: { updated: 12 }, skipped: 0 });
    expect([await count('filter[tags]=fair'), await count('filter[tags]=spring')]).to.deep.equal([12, 12]);

    await host.as(host.manager).post(`${set}/undo`);
    await host.settle();

    expect([await count('filter[tags]=fair'), await count('filter[tags]=spring')]).to.deep.equal([1, 0]);
  });

  it('takes tags off, and undo reports those that are no more', async () => {
    const ids = await accounts(3, 'Wood');
    await bulk({ action: 'tag', ids, tags: ['kept', 'doomed'] });

    const set = await bulk({ action: 'untag', ids, tags: ['KEPT', 'doomed', 'never there'] });
    expect(await count('filter[tags][in]=kept,doomed')).to.equal(0);
    await host.sql(`delete from core.tags where name_key = 'doomed'`);
    await host.as(host.manager).post(`${set}/undo`);
    await host.settle();

    expect(await count('filter[tags]=kept')).to.equal(3);
    const problems = await host.sql(`select distinct code, field from core.change_set_problems`);
    expect(problems).to.deep.equal([{ code: 'tag_absent', field: 'tags' }]);
  });

  it('refuses what names no tag, and who may not change records', async () => {
    const ids = [crypto.randomUUID()];
    const post = (body: object, user = host.manager) => host.as(user).post('/api/v1/accounts/bulk', body);

    expect((await post({ action: 'tag', ids })).status).to.equal(422);
    expect((await post({ action: 'tag', ids, tags: ['a,b'] })).status).to.equal(422);
    expect((await post({ action: 'untag', ids, tags: ['a'] }, host.readOnly)).status).to.equal(403);
  });

  it('is asked for on the list, without scripts too', async () => {
    const [id = ''] = await accounts(1, 'Glass');
    const client = host.as(host.manager);

    const list = await client.page('/accounts');
    const form = await client.submit('/accounts/bulk', { _choose: '1', action: 'tag', ids: id });
    const empty = await client.submit('/accounts/bulk', { action: 'tag', ids: id, mode: 'tag', tags: ' ' });
    const sent = client.submit('/accounts/bulk', { action: 'tag', ids: id, mode: 'tag', tags: 'from, the list' });
    await host.settle();

    expect(list.text).to.contain('value="tag"');
    expect([form.status, empty.status]).to.deep.equal([200, 422]);
    expect(form.text).to.contain('name="tags"').and.contain('list="bulk-tag-options"');
    expect((await sent).status).to.equal(303);
    await host.settle();
    expect(await count('filter[tags]=the list')).to.equal(1);
  });
});
