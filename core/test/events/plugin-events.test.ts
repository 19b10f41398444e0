import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** Marks each new account, then has a job mark it once more; accounts called `Broken` fail. */
const register = `
  const Account = { id: 'core.account', module: 'core', noun: 'account' };
  const AccountCreated = { id: 'core.account-created', version: 1, payload: {} };
  host.on(AccountCreated, 'mark', async (ctx, event) => {
    const account = await ctx.records(Account).update(event.payload.id, { industry: 'Marked' });
    await ctx.jobs.add('mark-again', { id: event.payload.id });
    if (account.name === 'Broken') await Promise.reject(new Error('no broken accounts'));
  });
  host.job('mark-again', {}, async (ctx, { id }) => {
    await ctx.records(Account).update(id, { country: 'Marked' });
  });`;

describe("a plugin's subscription and job", () => {
  let host: TestHost;
  let home: string;

  before(async function () {
    this.timeout(60_000);
    home = await mkdtemp(join(tmpdir(), 'trellis-events-'));
    const trellis = { capabilities: ['core.account:read', 'core.account:update'] };
    const folder = await writePlugin(join(home, 'packages'), { id: 'notes', trellis, register });
    host = await createTestHost();
    await host.as(host.admin).post('/api/v1/plugins', { path: folder });
    await host.enable('notes');
  });

  after(async () => {
    await host.close();
    await rm(home, { recursive: true });
  });

  it('write as the plugin, on behalf of who caused the event', async () => {
    const id = await createAccount('Acme');

    await host.settle();

    expect(await marks(id)).to.deep.equal(['Marked', 'Marked']);
    const [created, marked, again] = await host.sql(
      'select actor, on_behalf_of from core.audit_log where record_id = ? order by id',
      [id],
    );
    expect(created).to.include({ actor: `user:${host.user.userId}` });
    expect(marked).to.deep.equal({ actor: 'plugin:notes', on_behalf_of: host.user.userId });
    expect(again).to.include({ actor: 'plugin:notes' });
  });

  it('leave nothing behind when they fail, until they become a dead letter', async () => {
    const id = await createAccount('Broken');

    for (let attempt = 0; attempt < 8; attempt++) {
      await host.settle();
      host.clock.advance(86_400_000);
    }

    expect(await marks(id)).to.deep.equal([null, null]);
    const { body } = await host.as(host.admin).get('/api/v1/dead-letters');
    expect(body['data']).to.have.length(1);
    expect(body['data']?.[0]).to.include({ subscription: 'notes:mark', lastError: 'Error: no broken accounts' });
  });

  it('wait while the plugin is disabled and catch up when it is back', async () => {
    await host.disable('notes');
    const id = await createAccount('Late');
    await host.settle();
    const whileDisabled = await marks(id);

    await host.enable('notes');
    await host.settle();

    expect(whileDisabled).to.deep.equal([null, null]);
    expect(await marks(id)).to.deep.equal(['Marked', 'Marked']);
  });

  async function createAccount(name: string): Promise<string> {
    const { headers } = await host.as(host.user).post('/api/v1/accounts', { name });
    return headers.get('Location')?.split('/').at(-1) ?? '';
  }

  async function marks(id: string): Promise<unknown[]> {
    const [account] = await host.sql('select industry, country from core.accounts where id = ?', [id]);
    return [account?.['industry'], account?.['country']];
  }
});
