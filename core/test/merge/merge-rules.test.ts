import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** Refuses accounts, and says what it was told; contacts are not its business. */
const register = `
  host.contribute({ id: 'core.merge-rule', schema: {} }, {
    id: 'hold',
    entity: { id: 'core.account' },
    async run(tx, { winner, losers }) {
      const details = { winner, losers, found: await tx.query({ id: 'core.account' }).count() };
      return Promise.reject(Object.assign(new Error('held'), { kind: 'conflict', code: 'held_by_fixture', status: 409, errors: [], details }));
    },
  });`;

describe('merge rules', () => {
  let host: CoreTestHost;
  let home: string;

  before(async function () {
    this.timeout(60_000);
    home = await mkdtemp(join(tmpdir(), 'trellis-merge-'));
    const trellis = { capabilities: ['core.account:read'] };
    const folder = await writePlugin(join(home, 'packages'), { id: 'holding', trellis, register });
    host = await createTestHost();
    await host.as(host.admin).post('/api/v1/plugins', { path: folder });
    await host.enable('holding');
  });

  after(async () => {
    await host.close();
    await rm(home, { recursive: true });
  });

  it('run in the transaction of the merge of their entity, and may refuse all of it', async () => {
    const admin = host.as(host.admin);
    const build = async (path: string): Promise<string> =>
      String((await admin.post(`/api/v1/${path}`, { name: 'Same' })).body['id']);
    const [one, other] = [await build('accounts'), await build('accounts')];
    const contacts = [await build('contacts'), await build('contacts')] as const;

    const refused = await admin.post('/api/v1/accounts/merge', { winner: one, losers: [other] });
    const fine = await admin.post('/api/v1/contacts/merge', { winner: contacts[0], losers: [contacts[1]] });

    expect([refused.status, refused.body['code'], fine.status]).to.deep.equal([409, 'held_by_fixture', 200]);
    expect(await host.sql('select count(*)::int as n from core.accounts where deleted_at is null')).to.deep.equal([
      { n: 2 },
    ]);
    expect(await host.sql(`select entity from core.change_sets where kind = 'merge'`)).to.deep.equal([
      { entity: 'core.contact' },
    ]);
  });
});
