import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('records of admins', () => {
  let host: TestHost;
  let other: TestUser;

  before(async () => {
    host = await createTestHost();
    other = await host.buildUser({ name: 'Other Admin', role: 'admin' });
    const grants = { 'core.user:update': 'all', 'core.user:delete': 'all' };
    await host.as(host.admin).request('PUT', '/api/v1/roles/manager/grants', { grants });
  });

  after(() => host.close());

  const anyVersion = { 'If-Match': '*' };
  const pathOf = ({ userId }: TestUser): string => `/api/v1/users/${userId}`;
  const patch = (as: TestUser, whom: TestUser, values: object) =>
    host.as(as).request('PATCH', pathOf(whom), values, anyVersion);
  const outcome = ({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }): string =>
    `${status} ${String(body['code'])}`;

  it('are neither changed nor trashed nor restored by somebody whose role may do so with users', async () => {
    const trashed = await host.buildUser({ name: 'Trashed Admin', role: 'admin' });
    await host.as(host.admin).delete(pathOf(trashed), anyVersion);

    const answers = [
      await patch(host.manager, other, { email: 'mine@example.test' }),
      await host.as(host.manager).delete(pathOf(other), anyVersion),
      await host.as(host.manager).post(`${pathOf(trashed)}/restoration`),
    ];

    expect(answers.map(outcome)).to.deep.equal(Array(3).fill('403 admin_required'));
    const rows = await host.sql('select email, deleted_at from core.users where id = ?', [other.userId]);
    expect(rows).to.deep.equal([{ email: other.email, deleted_at: null }]);
  });

  it('leave all others to that role', async () => {
    const leaving = await host.buildUser({ name: 'Leaving' });

    const changed = await patch(host.manager, leaving, { jobTitle: 'Seller' });
    const trashed = await host.as(host.manager).delete(pathOf(leaving), anyVersion);

    expect([changed.status, trashed.status]).to.deep.equal([200, 204]);
  });

  it('are changed and trashed by admins, down to the last one', async () => {
    const changed = await patch(host.admin, other, { jobTitle: 'Chief' });
    const trashed = await host.as(host.admin).delete(pathOf(other), anyVersion);
    const last = await host.as(host.admin).delete(pathOf(host.admin), anyVersion);

    expect([changed.status, trashed.status, outcome(last)]).to.deep.equal([200, 204, '409 last_admin']);
  });
});
