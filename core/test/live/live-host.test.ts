import { randomBytes } from 'node:crypto';
import { createTestHost, type TestHost, type TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('live changes of a workspace', () => {
  let host: TestHost;

  before(async function () {
    // The first host of a build makes the template that all others clone.
    this.timeout(60_000);
    host = await createTestHost();
  });

  after(() => host.close());

  it('reach a browser that may read the record, by id only, once the change is committed', async () => {
    const id = await createAccount('Acme');
    await host.settle();
    const stream = await openStream(host.readOnly, `core.account:${id}`);

    await host.as(host.admin).patch(`/api/v1/accounts/${id}`, { name: 'Acme Ltd' }, { 'If-Match': '*' });
    await host.settle();

    expect(await stream.next()).to.equal(`data: {"topic":"core.account:${id}"}\n\n`);
    stream.leave();
  });

  it('end for somebody whose access ended or changed', async () => {
    const id = await createAccount('Secret');
    await host.settle();
    const [reader, manager] = [
      await openStream(host.readOnly, `core.account:${id}`),
      await openStream(host.manager, `core.account:${id}`),
    ];

    await host
      .as(host.admin)
      .request('PUT', '/api/v1/roles/read-only/grants', { grants: { 'core.account:read': null } });
    const left = await reader.next();
    await host.as(host.admin).patch(`/api/v1/accounts/${id}`, { name: 'Still secret' }, { 'If-Match': '*' });
    await host.settle();

    expect(left).to.equal('');
    expect(await manager.next()).to.equal(`data: {"topic":"core.account:${id}"}\n\n`);
    manager.leave();
    await host
      .as(host.admin)
      .request('PUT', '/api/v1/roles/read-only/grants', { grants: { 'core.account:read': 'all' } });
  });

  it('are for those who are signed in', async () => {
    expect((await fetch(`${host.url}/api/v1/live?topics=core.account`)).status).to.equal(401);
  });

  it('leave dead letters to administrators', async () => {
    expect((await host.as(host.admin).get('/api/v1/dead-letters')).status).to.equal(200);
    for (const user of [host.manager, host.user, host.readOnly]) {
      expect((await host.as(user).get('/api/v1/dead-letters')).status, user.role).to.equal(403);
    }
  });

  it('are driven by core jobs too: the nightly clean-up runs when its time comes', async () => {
    const id = await createAccount('Old');
    await host.as(host.admin).delete(`/api/v1/accounts/${id}`, { 'If-Match': '*' });

    host.clock.advance(31 * 86_400_000);
    await host.settle();

    expect(await host.sql('select from core.accounts where id = ?', [id])).to.deep.equal([]);
    const audit = await host.sql('select verb, actor from core.audit_log where record_id = ? order by id', [id]);
    expect(audit.at(-1)).to.deep.equal({ verb: 'purged', actor: 'plugin:core' });
  });

  async function createAccount(name: string): Promise<string> {
    const { headers } = await host.as(host.admin).post('/api/v1/accounts', { name });
    return headers.get('Location')?.split('/').at(-1) ?? '';
  }

  async function openStream(user: TestUser, topics: string) {
    const token = `trl_${randomBytes(32).toString('base64url')}`;
    await host.sql(
      `insert into core.api_tokens (id, user_id, name, token_hash, hint, scopes, created_at)
       values (gen_random_uuid(), ?, 'stream', sha256(?::bytea), 'test', '{*}', now())`,
      [user.userId, token],
    );
    const abort = new AbortController();
    const response = await fetch(`${host.url}/api/v1/live?topics=${topics}`, {
      headers: { Authorization: `Bearer ${token}` },
      signal: abort.signal,
    });
    const reader = (response.body ?? new ReadableStream<Uint8Array>()).getReader();
    const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
    expect(response.status).to.equal(200);
    await next();
    return { next, leave: () => abort.abort() };
  }
});
