import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

const csv = { 'Content-Type': 'text/csv' };

describe('tags of imported records', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  async function run(text: string, query = ''): Promise<Readonly<Record<string, unknown>>> {
    const path = `/api/v1/imports?entity=core.account&${query}`;
    const { status, headers } = await host.as(host.admin).post(path, text, csv);
    expect(status).to.equal(202);
    await host.settle();
    return (await host.as(host.admin).get(headers.get('Location') ?? '')).body['data'] ?? {};
  }

  async function tagsOf(query: string): Promise<Readonly<Record<string, readonly string[]>>> {
    const { body } = await host.as(host.admin).get(`/api/v1/accounts?${query}&include=tags&sort=name`);
    const records = body['data'] as unknown as readonly { name: string; tags: readonly { name: string }[] }[];
    return Object.fromEntries(records.map(({ name, tags }) => [name, tags.map((tag) => tag.name)]));
  }

  const rows = 'name,Tags\nTagged A,"Gold, North"\nTagged B,gold;; South \nTagged C,\n';

  it('are told by a dry run, which makes none', async () => {
    const { totals } = await run(rows, 'dryRun=true');

    expect(totals).to.include({ created: 3, refused: 0 });
    expect(await host.sql('select 1 from core.tags')).to.have.length(0);
  });

  it('are made where they are no tags yet, and the same whatever their case', async () => {
    const { totals } = await run(rows);

    expect(totals).to.include({ created: 3, refused: 0 });
    expect(await tagsOf('filter[name][startsWith]=Tagged')).to.deep.equal({
      'Tagged A': ['Gold', 'North'],
      'Tagged B': ['Gold', 'South'],
      'Tagged C': [],
    });
  });

  it('are added to those a record has, and nothing changes when it has them all', async () => {
    const more = 'name,tags\nTagged A,gold\nTagged B,West\nTagged C,\n';

    const planned = await run(more, 'match=name&dryRun=true');
    const { totals, changeSet } = await run(more, 'match=name');
    const added = await tagsOf('filter[name][startsWith]=Tagged');
    await host.as(host.admin).post(`/api/v1/change-sets/${String(changeSet)}/undo`);
    await host.settle();

    expect(planned['totals']).to.include({ changed: 1, unchanged: 2 });
    expect(totals).to.include({ changed: 1, unchanged: 2, refused: 0 });
    expect(added['Tagged B']).to.deep.equal(['Gold', 'South', 'West']);
    expect((await tagsOf('filter[name]=Tagged B'))['Tagged B']).to.deep.equal(['Gold', 'South']);
  });

  it('stay when empty cells clear values', async () => {
    const mapping = {
      source: 'x',
      blanks: 'clear',
      records: [
        { entity: 'core.account', match: { field: 'name' }, fields: { name: 'name', tags: 'tags', industry: 'i' } },
      ],
    };
    const { totals } = await run(
      'name,tags,i\nTagged A,,Steel\n',
      `mapping=${encodeURIComponent(JSON.stringify(mapping))}`,
    );

    expect(totals).to.include({ changed: 1 });
    expect((await tagsOf('filter[name]=Tagged A'))['Tagged A']).to.deep.equal(['Gold', 'North']);
  });

  it('keep a row out when a word is too long, and are nothing to find records by', async () => {
    const { totals, problems } = await run(`name,tags\nLong,${'x'.repeat(41)}\n`);
    const path = '/api/v1/imports?entity=core.account&match=tags';
    const matched = await host.as(host.admin).post(path, 'name,tags\nA,b\n', csv);
    const none = await host
      .as(host.admin)
      .post(`/api/v1/imports?entity=core.tag&map=${encodeURIComponent('{"a":"tags"}')}`, 'a\nb\n', csv);

    expect(totals).to.include({ created: 0, refused: 1 });
    expect((problems as readonly object[])[0]).to.deep.include({ line: 2, column: 'tags', code: 'invalid_tag' });
    expect([matched.status, none.status]).to.deep.equal([422, 422]);
  });

  it('may be given by who may import and create, whatever the column is called', async () => {
    const path = '/api/v1/accounts/import';
    const { status } = await host.as(host.manager).post(path, 'name,Labels\nBy manager,Fresh\n', csv);
    await host.settle();

    expect(status).to.equal(202);
    expect(await tagsOf('filter[name]=By manager')).to.deep.equal({ 'By manager': ['Fresh'] });
  });
});
