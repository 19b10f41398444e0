import { User, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

const password = 'a rather long sentence';

describe('access of users', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const addUser = async (name: string): Promise<{ id: Id; email: string }> => {
    const email = `${name}@example.test`;
    const { body } = await admin().post('/api/v1/users', { name, email });
    return { id: String(body['id']), email };
  };
  const pathOf = (answer: { readonly body: object }): string => new URL((answer.body as { url: string }).url).pathname;
  const statusOf = async (id: Id) =>
    (await host.sql('select status from core.users where id = ?', [id]))[0]?.['status'];

  async function choosePassword(path: string, chosen: string): Promise<Response> {
    const shown = await fetch(host.url + path);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
    const headers = { Cookie: shown.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
    const body = new URLSearchParams({ _csrf: csrf, password: chosen });
    return fetch(host.url + path, { method: 'POST', redirect: 'manual', headers, body });
  }

  const signIn = (email: string, given: string) => host.as().post('/api/v1/session', { email, password: given });

  describe('POST /api/v1/users/:id/invitation', () => {
    it('gives a link that lets the person choose a password, once', async () => {
      const user = await addUser('grace');

      const invitation = await admin().post(`/api/v1/users/${user.id}/invitation`);
      expect(await statusOf(user.id)).to.equal('invited');
      const accepted = await choosePassword(pathOf(invitation), password);
      const again = await choosePassword(pathOf(invitation), 'another long sentence');

      expect(invitation.status).to.equal(201);
      expect([accepted.status, accepted.headers.get('location')]).to.deep.equal([303, '/']);
      expect(accepted.headers.getSetCookie().join()).to.contain('trellis_session=');
      expect(again.status).to.not.equal(303);
      expect(await statusOf(user.id)).to.equal('active');
      expect((await signIn(user.email, password)).status).to.equal(201);
    });

    it('ends the link before, and is kept as a hash', async () => {
      const user = await addUser('edith');
      const first = await admin().post(`/api/v1/users/${user.id}/invitation`);
      const second = await admin().post(`/api/v1/users/${user.id}/invitation`);

      const rows = JSON.stringify(await host.sql('select * from core.access_links where user_id = ?', [user.id]));

      expect((await fetch(host.url + pathOf(first))).status).to.equal(404);
      expect((await fetch(host.url + pathOf(second))).status).to.equal(200);
      expect(rows).to.not.contain(pathOf(second).split('/')[2]);
    });

    it('shows the form again for a weak password, and the link still works', async () => {
      const user = await addUser('katherine');
      const path = pathOf(await admin().post(`/api/v1/users/${user.id}/invitation`));

      const weak = await choosePassword(path, 'short');
      const strong = await choosePassword(path, password);

      expect([weak.status, strong.status]).to.deep.equal([422, 303]);
      expect(await weak.text()).to.contain('at least 10 characters');
    });

    it('is refused for somebody active, without an address, unknown, and to who may not', async () => {
      const { body } = await admin().post('/api/v1/users', { name: 'No Address' });

      const answers = await Promise.all([
        admin().post(`/api/v1/users/${host.user.userId}/invitation`),
        admin().post(`/api/v1/users/${String(body['id'] as unknown)}/invitation`),
        admin().post('/api/v1/users/019a0000-0000-7000-8000-000000000000/invitation'),
        host.as(host.manager).post(`/api/v1/users/${host.user.userId}/invitation`),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([409, 409, 404, 403]);
    });

    it('knows no link that is empty, blank or made up, and none after a week', async () => {
      const user = await addUser('dorothy');
      const path = pathOf(await admin().post(`/api/v1/users/${user.id}/invitation`));
      host.clock.advance(7 * 86_400_000 + 1000);

      const answers = await Promise.all(
        ['/invitation/', '/invitation/%20', '/invitation/guess', '/reset/guess', path].map((one) =>
          fetch(host.url + one),
        ),
      );

      expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 404]);
    });
  });

  describe('POST /api/v1/users/:id/password-reset', () => {
    it('lets the person choose a new password and ends all sessions', async () => {
      const user = await addUser('annie');
      await choosePassword(pathOf(await admin().post(`/api/v1/users/${user.id}/invitation`)), password);
      const cookie = (await signIn(user.email, password)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const me = () => fetch(`${host.url}/api/v1/me`, { headers: { Cookie: cookie } });
      expect((await me()).status).to.equal(200);

      const path = pathOf(await admin().post(`/api/v1/users/${user.id}/password-reset`));
      const done = await choosePassword(path, 'a different long sentence');

      expect([done.status, done.headers.get('location')]).to.deep.equal([303, '/login']);
      expect((await me()).status).to.equal(401);
      expect((await signIn(user.email, password)).status).to.equal(401);
      expect((await signIn(user.email, 'a different long sentence')).status).to.equal(201);
      expect((await choosePassword(path, password)).status).to.not.equal(303);
    });

    it('works for half an hour', async () => {
      const path = pathOf(await admin().post(`/api/v1/users/${host.user.userId}/password-reset`));
      host.clock.advance(30 * 60_000 + 1000);

      expect((await fetch(host.url + path)).status).to.equal(404);
    });
  });

  describe('POST /api/v1/users/:id/deactivation', () => {
    it('hands over everything owned, ends all access, and tells audit log and subscribers', async () => {
      const heir = await host.buildUser({ name: 'Heir' });
      const leaver = await host.buildUser({ name: 'Leaver' });
      const owned = await Promise.all(
        ['A', 'B', 'C'].map((name) => host.as(leaver).post('/api/v1/accounts', { name })),
      );
      const ids = owned.map(({ body }) => body['id'] as unknown);

      const answer = await admin().post(`/api/v1/users/${leaver.userId}/deactivation`, { reassignTo: heir.userId });

      expect(answer.status).to.equal(200);
      expect(answer.body).to.deep.equal({ reassigned: { 'core.account': 3 } });
      const rows = await host.sql('select owner_id, version from core.accounts where id = any(?::uuid[])', [ids]);
      expect(rows).to.deep.equal(Array(3).fill({ owner_id: heir.userId, version: 2 }));
      const audits = await host.sql(
        `select cause from core.audit_log where record_id = any(?::uuid[]) and cause = 'reassigned'`,
        [ids],
      );
      const events = await host.sql(
        `select type from core.events where type = 'core.account-updated' and order_key = any(?)`,
        [ids],
      );
      expect([audits.length, events.length]).to.deep.equal([3, 3]);
      expect((await host.as(leaver).get('/api/v1/me')).status).to.equal(401);
      expect(await statusOf(leaver.userId)).to.equal('inactive');
      expect(await host.sql('select 1 from core.api_tokens where user_id = ?', [leaver.userId])).to.deep.equal([]);
    });

    it('asks for an heir when there is something to inherit, and for one who can', async () => {
      const leaver = await host.buildUser({ name: 'Owner' });
      await host.as(leaver).post('/api/v1/accounts', { name: 'Kept' });
      const deactivate = (body: object) => admin().post(`/api/v1/users/${leaver.userId}/deactivation`, body);

      const none = await deactivate({});
      const self = await deactivate({ reassignTo: leaver.userId });
      const unknown = await deactivate({ reassignTo: '019a0000-0000-7000-8000-000000000000' });

      expect(none.body).to.deep.include({ code: 'reassignment_required', details: { owned: { 'core.account': 1 } } });
      expect([self.status, unknown.status]).to.deep.equal([409, 409]);
      expect(await statusOf(leaver.userId)).to.equal('active');
    });

    it('can be taken back', async () => {
      const user = await host.buildUser({ name: 'Back Again' });
      await admin().post(`/api/v1/users/${user.userId}/deactivation`, {});

      const back = await admin().delete(`/api/v1/users/${user.userId}/deactivation`);

      expect(back.status).to.equal(204);
      expect(await statusOf(user.userId)).to.equal('no_login');
    });
  });

  describe('the last active admin', () => {
    const demote = (who: TestUser, as: TestUser) =>
      host.as(as).request('PUT', `/api/v1/users/${who.userId}/role`, { role: 'user' });

    it('cannot be deactivated, demoted, deleted or renamed away', async () => {
      const id = host.admin.userId;
      const answers = [
        await admin().post(`/api/v1/users/${id}/deactivation`, { reassignTo: host.user.userId }),
        await demote(host.admin, host.admin),
        await admin().delete(`/api/v1/users/${id}`, { 'If-Match': '*' }),
      ];

      expect(answers.map(({ status, body }) => `${status} ${String(body['code'] as unknown)}`)).to.deep.equal(
        Array(3).fill('409 last_admin'),
      );
      expect(await statusOf(id)).to.equal('active');
    });

    it('stays when two admins demote each other at the same time', async () => {
      const second = await host.buildUser({ name: 'Second Admin', role: 'admin' });

      const answers = await Promise.all([demote(second, host.admin), demote(host.admin, second)]);

      const admins = await host.sql(`select id from core.users where role = 'admin' and status = 'active'`);
      expect(admins).to.have.length(1);
      expect(answers.map(({ status }) => status)).to.include(204);
      await host.sql(`update core.users set role = 'admin' where id = ?`, [host.admin.userId]);
    });
  });

  describe('PUT /api/v1/users/:id/role', () => {
    it('holds from the next request on, and knows only roles that exist', async () => {
      const user = await host.buildUser({ name: 'Changing' });
      const change = (role: string) => admin().request('PUT', `/api/v1/users/${user.userId}/role`, { role });

      const changed = await change('read-only');
      const denied = await host.as(user).post('/api/v1/accounts', { name: 'No' });
      const unknown = await change('emperor');

      expect([changed.status, denied.status, unknown.status]).to.deep.equal([204, 403, 404]);
    });

    it('does not let somebody who administers users become an admin', async () => {
      await admin().request('PUT', '/api/v1/roles/manager/grants', { grants: { 'core.user:administer': 'all' } });
      const manager = host.as(host.manager);

      const answers = [
        await manager.request('PUT', `/api/v1/users/${host.manager.userId}/role`, { role: 'admin' }),
        await manager.post(`/api/v1/users/${host.admin.userId}/password-reset`),
        await manager.post(`/api/v1/users/${host.admin.userId}/deactivation`, {}),
      ];
      await admin().request('PUT', '/api/v1/roles/manager/grants', { grants: { 'core.user:administer': null } });

      expect(answers.map(({ status, body }) => `${status} ${String(body['code'] as unknown)}`)).to.deep.equal(
        Array(3).fill('403 admin_required'),
      );
      expect((await manager.post(`/api/v1/users/${host.user.userId}/invitation`)).status).to.equal(403);
    });
  });

  it('refuses a second user whose address differs by case only', async () => {
    await admin().post('/api/v1/users', { name: 'One', email: 'twin@example.test' });

    const twin = await admin().post('/api/v1/users', { name: 'Two', email: 'TWIN@Example.test' });

    expect([twin.status, twin.body['code']]).to.deep.equal([409, 'not_unique']);
    expect(User.fields.email.unique).to.equal(true);
  });
});
