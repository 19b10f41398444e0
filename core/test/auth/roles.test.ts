import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

interface Grant {
  readonly permission: string;
  readonly reach: string | null;
  readonly declared: string | null;
}

describe('roles', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const permissionsOf = async (user: TestUser) =>
    (await host.as(user).get('/api/v1/me')).body['permissions'] as unknown as Readonly<Record<string, string>>;
  const grantsOf = async (role: string) =>
    (await host.as(host.admin).get(`/api/v1/roles/${role}/grants`)).body['data'] as unknown as readonly Grant[];
  const change = (role: string, grants: object, as = host.admin) =>
    host.as(as).request('PUT', `/api/v1/roles/${role}/grants`, { grants });

  it('have presets: all, below, own, look', async () => {
    const [admin, manager, user, reader] = await Promise.all(
      [host.admin, host.manager, host.user, host.readOnly].map(permissionsOf),
    );

    const reach = (permission: string) =>
      [admin, manager, user, reader].map((permissions) => permissions?.[permission] ?? null);
    expect(reach('core.account:read')).to.deep.equal(['all', 'all', 'all', 'all']);
    expect(reach('core.account:update')).to.deep.equal(['all', 'subtree', 'own', null]);
    expect(reach('core.user:update')).to.deep.equal(['all', null, null, null]);
    expect(reach('core.settings:administer')).to.deep.equal(['all', null, null, null]);
  });

  it('are changed for the next request, and only the difference is stored', async () => {
    const given = await change('read-only', {
      'core.account:create': 'own',
      'core.account:read': 'all',
      'core.contact:read': null,
    });
    const created = await host.as(host.readOnly).post('/api/v1/accounts', { name: 'Allowed' });
    const contacts = await host.as(host.readOnly).get('/api/v1/contacts');
    const rows = await host.sql(`select permission, reach from core.role_grants order by permission`);
    const audit = await host.sql(`select verb, actor, changes from core.audit_log where entity = 'core.role'`);
    const back = await change('read-only', { 'core.account:create': null, 'core.contact:read': 'all' });

    expect([given.status, created.status, contacts.status, back.status]).to.deep.equal([200, 201, 403, 200]);
    expect(rows).to.deep.equal([
      { permission: 'core.account:create', reach: 'own' },
      { permission: 'core.contact:read', reach: null },
    ]);
    expect(audit).to.deep.equal([
      {
        verb: 'grants-changed',
        actor: `user:${host.admin.userId}`,
        changes: {
          'read-only core.account:create': { from: null, to: 'own' },
          'read-only core.contact:read': { from: null, to: 'none' },
        },
      },
    ]);
    expect(await host.sql('select 1 from core.role_grants')).to.deep.equal([]);
  });

  it('keep the changes of administrators who save at once', async () => {
    const permissions = ['account', 'contact', 'team', 'user'].flatMap((noun) =>
      ['create', 'delete', 'update'].map((verb) => `core.${noun}:${verb}`),
    );
    await Promise.all(permissions.map((permission) => change('read-only', { [permission]: 'own' })));

    const kept = await host.sql(
      `select permission from core.role_grants where role_key = 'read-only' order by permission`,
    );
    await change('read-only', Object.fromEntries(permissions.map((permission) => [permission, null])));

    expect(kept.map(({ permission }) => permission)).to.deep.equal(permissions);
  });

  it('show what is declared beside what holds', async () => {
    await change('user', { 'core.account:delete': 'team' });

    const grant = (await grantsOf('user')).find(({ permission }) => permission === 'core.account:delete');
    await change('user', { 'core.account:delete': 'own' });

    expect(grant).to.deep.include({ reach: 'team', declared: 'own' });
  });

  it('are for those to change who administer roles; that of admins is fixed', async () => {
    const denied = await change('user', { 'core.account:read': 'own' }, host.manager);
    const fixed = await change('admin', { 'core.account:read': 'own' });
    const unknownRole = await change('emperor', { 'core.account:read': 'own' });
    const unknownRight = await change('user', { 'core.moon:read': 'own' });
    const unknownReach = await change('user', { 'core.account:read': 'everything' });

    expect([denied, fixed, unknownRole, unknownRight, unknownReach].map(({ status }) => status)).to.deep.equal([
      403, 409, 404, 422, 422,
    ]);
  });
});
