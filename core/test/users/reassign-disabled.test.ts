import type { Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('POST /api/v1/users/:id/deactivation beside a disabled plugin', () => {
  let host: TestHost;
  let leaver: TestUser;
  let heir: TestUser;

  before(async () => {
    host = await createTestHost();
    // As a plugin that is no longer active left them.
    await host.sql('create schema p_gone');
    await host.sql(`create table p_gone.things (
      id uuid primary key, version integer not null default 1, updated_at timestamptz not null default 'epoch', updated_by uuid,
      deleted_at timestamptz, owner_id uuid references core.users, team_id uuid references core.teams)`);
    await host.sql('create table p_gone.notes (owner_id uuid references core.users, team_id uuid)');
  });

  beforeEach(async () => {
    const team = await host.buildTeam({ name: 'Heirs' });
    leaver = await host.buildUser({ name: 'Leaver' });
    heir = await host.buildUser({ name: 'Heir', teamId: team.id });
  });

  after(() => host.close());

  const deactivate = (body: object) => host.as(host.admin).post(`/api/v1/users/${leaver.userId}/deactivation`, body);

  async function addThing(owner: TestUser, deletedAt: string | null = null): Promise<Id> {
    const id = crypto.randomUUID();
    const insert = 'insert into p_gone.things (id, owner_id, deleted_at) values (?, ?, ?)';
    await host.sql(insert, [id, owner.userId, deletedAt]);
    return id;
  }

  it('hands over its records too, those in the trash included, and notes how many', async () => {
    const ids = [await addThing(leaver), await addThing(leaver, '2026-01-01T00:00:00Z')];
    const foreign = await addThing(host.user);

    const { status, body } = await deactivate({ reassignTo: heir.userId });

    expect([status, body]).to.deep.equal([200, { reassigned: { 'p_gone.things': 2 } }]);
    const columns = `owner_id, team_id, version, updated_by, updated_at > 'epoch' as "isTouched"`;
    const moved = await host.sql(`select ${columns} from p_gone.things where id = any(?::uuid[])`, [ids]);
    const expected = { owner_id: heir.userId, team_id: heir.teamId, version: 2, updated_by: host.admin.userId };
    expect(moved).to.deep.equal(Array(2).fill({ ...expected, isTouched: true }));
    const [kept] = await host.sql('select owner_id, version from p_gone.things where id = ?', [foreign]);
    expect(kept).to.deep.equal({ owner_id: host.user.userId, version: 1 });
    const audit = `select changes, actor from core.audit_log where record_id = ? and verb = 'records-reassigned'`;
    expect(await host.sql(audit, [leaver.userId])).to.deep.equal([
      {
        changes: { owner: { from: leaver.userId, to: heir.userId }, records: { to: { 'p_gone.things': 2 } } },
        actor: `user:${host.admin.userId}`,
      },
    ]);
  });

  it('asks for an heir when there is nothing else to inherit', async () => {
    await addThing(leaver);

    const { status, body } = await deactivate({});

    expect(status).to.equal(409);
    expect(body).to.deep.include({ code: 'reassignment_required', details: { owned: { 'p_gone.things': 1 } } });
  });

  it('notes nothing when there is none of it', async () => {
    const { status, body } = await deactivate({ reassignTo: heir.userId });

    expect([status, body]).to.deep.equal([200, { reassigned: {} }]);
    const audit = `select 1 from core.audit_log where record_id = ? and verb = 'records-reassigned'`;
    expect(await host.sql(audit, [leaver.userId])).to.deep.equal([]);
  });
});
