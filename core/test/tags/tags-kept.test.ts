import type { Id } from '@trellis-crm/sdk';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { ensureTags } from '../../dist/records/tags/tag-store.js';
import { openRecordHost } from '../records/record-host.js';

describe('what becomes of tags', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const build = async (name: string, tags: readonly string[]): Promise<Id> => {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name });
    const id = String(body['id']);
    for (const tag of tags) await host.as(host.admin).request('PUT', `/api/v1/accounts/${id}/tags/${tag}`);
    return id;
  };
  const tagsOf = async (id: Id): Promise<unknown> => {
    const rows = await host.sql(
      `select t.name from core.record_tags g join core.tags t on t.id = g.tag_id where g.record_id = '${id}' order by 1`,
    );
    return rows.map(({ name }) => name);
  };

  it('when records are merged: the one that stays has those of all, until that is undone', async () => {
    const [winner, loser] = [await build('Winner', ['both', 'mine']), await build('Loser', ['both', 'theirs'])];

    const { status, body } = await host.as(host.admin).post('/api/v1/accounts/merge', { winner, losers: [loser] });
    expect(status).to.equal(200);
    expect(await tagsOf(winner)).to.deep.equal(['both', 'mine', 'theirs']);

    await host.as(host.admin).post(`/api/v1/change-sets/${String(body['changeSet'])}/undo`);
    await host.settle();

    expect([await tagsOf(winner), await tagsOf(loser)]).to.deep.equal([
      ['both', 'mine'],
      ['both', 'theirs'],
    ]);
  });

  it('when a record leaves the trash for good: they are gone', async () => {
    const id = await build('Leaving', ['late']);
    await host.as(host.admin).delete(`/api/v1/accounts/${id}`, { 'If-Match': '*' });
    expect(await tagsOf(id)).to.deep.equal(['late']);

    host.clock.advance(40 * 24 * 3_600_000);
    await host.settle();

    expect(await host.sql(`select from core.accounts where id = '${id}'`)).to.have.length(0);
    expect(await tagsOf(id)).to.deep.equal([]);
  });

  it('when a module is removed and restored: its records have them again', async () => {
    const sales = await createTestHost({ plugins: [new URL('../../../plugins/sales', import.meta.url)] });
    const admin = sales.as(sales.admin);
    try {
      const { body } = await admin.post('/api/v1/sales/pipelines', { name: 'Returns' });
      const path = `/api/v1/sales/pipelines/${String(body['id'])}`;
      await admin.request('PUT', `${path}/tags/kept`);
      for (const verb of ['disable', 'remove', 'restore', 'enable'])
        await admin.submit('/plugins/sales/plan', { verb });

      const restored = (await admin.get(`${path}?include=tags`)).body['tags'] as unknown as readonly { name: string }[];
      expect(restored.map(({ name }) => name)).to.deep.equal(['kept']);
    } finally {
      await sales.close();
    }
  });

  it('when two make the same ones at once, in whatever order: neither waits for ever', async () => {
    const both = await openRecordHost();
    try {
      const maker = { userId: null, now: both.clock.now() };
      await both
        .tx(async ({ trx }) => {
          await ensureTags(trx, ['Alpha'], maker);
          const second = both.tx((other) => ensureTags(other.trx, ['Beta', 'Alpha'], maker));
          await both.untilBlocked(second);
          await ensureTags(trx, ['Beta'], maker);
          return { second };
        })
        .then(({ second }) => second);

      expect(await both.count('core.tags')).to.equal(2);
    } finally {
      await both.close();
    }
  });

  it('when a module is removed: those of its records are gone, and what else core says of them', async () => {
    const sales = await createTestHost({ plugins: [new URL('../../../plugins/sales', import.meta.url)] });
    try {
      const pipeline = await sales.as(sales.admin).post('/api/v1/sales/pipelines', { name: 'Tagged' });
      const path = `/api/v1/sales/pipelines/${String(pipeline.body['id'])}/tags/kept`;
      expect((await sales.as(sales.admin).request('PUT', path)).status).to.equal(200);

      const id = String(pipeline.body['id']);
      const link = { entity: 'sales.pipeline', id };
      const made = await sales
        .as(sales.admin)
        .post('/api/v1/activities', { kind: 'note', subject: 'x', links: [link] });
      const { body: linked } = await sales.as(sales.admin).get(`/api/v1/activities/${String(made.body['id'])}`);
      expect(linked['links']).to.deep.equal([link]);
      await sales.as(sales.admin).request('PUT', `/api/v1/sales/pipelines/${id}/following`);
      await sales.sql(
        `insert into core.timeline_pins (entity, record_id, activity_id, pinned_at) values ('sales.pipeline', ?, ?, now())`,
        [id, String(made.body['id'])],
      );
      await sales.sql(
        `insert into core.exceptions (id, rule, entity, record_id, cause, raised_at)
         values (gen_random_uuid(), 'x', 'sales.pipeline', ?, '', now()), (gen_random_uuid(), 'sales.x', 'core.account', ?, '', now())`,
        [id, id],
      );

      await sales.expectCleanRemoval('sales');

      const after = await sales.as(sales.admin).get(`/api/v1/activities/${String(made.body['id'])}`);
      expect(after.body['links']).to.deep.equal([]);

      expect(await sales.sql('select from core.record_tags')).to.have.length(0);
    } finally {
      await sales.close();
    }
  });
});
