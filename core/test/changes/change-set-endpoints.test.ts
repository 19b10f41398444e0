import { Account } from '@trellis-crm/sdk';
import { createTestHost, type TestHost, type TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('/api/v1/change-sets', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  /** An update that counts as a change set of its user. */
  async function changed(user: TestUser, state = 'done'): Promise<{ readonly id: string; readonly account: string }> {
    const records = (await host.context('core', user)).records(Account);
    const account = await records.create({ name: 'Before' });
    await records.update(account.id, { name: 'After' });
    const [row] = await host.sql(
      `insert into core.change_sets (id, kind, entity, actor, created_by, state, counts)
       select change_set, 'test', entity, jsonb_build_object('kind', 'user', 'userId', ?::text, 'scopes', null), ?, ?, '{"updated": 1}'
       from core.audit_log where record_id = ? and verb = 'updated' returning id`,
      [user.userId, user.userId, state, account.id],
    );
    return { id: String(row?.['id']), account: account.id };
  }

  it('takes one back as a job, which tells how far it is, and is refused the second time', async () => {
    const { id, account } = await changed(host.manager);
    const asManager = host.as(host.manager);

    const { status, headers, body } = await asManager.post(`/api/v1/change-sets/${id}/undo`);
    const again = await asManager.post(`/api/v1/change-sets/${id}/undo`);
    await host.settle();

    expect(status).to.equal(202);
    expect(body['data']).to.deep.include({ kind: 'undo', undoOf: id, state: 'queued', undoable: false });
    expect([again.status, again.body['code']]).to.deep.equal([409, 'change_set_already_undone']);
    const done = (await asManager.get(headers.get('Location') ?? '')).body['data'];
    expect(done).to.deep.include({
      state: 'done',
      progress: { done: 1, total: 1 },
      counts: { updated: 1 },
      skipped: 0,
      problems: [],
    });
    expect((await asManager.get(`/api/v1/accounts/${account}`)).body).to.include({ name: 'Before' });
    const undone = (await asManager.get(`/api/v1/change-sets/${id}`)).body['data'];
    expect(undone).to.deep.include({ undoable: false, undo: { id: done?.['id'], state: 'done' } });
    expect((await asManager.get(`/api/v1/jobs/${String(done?.['id'])}`)).body['data']).to.include({ state: 'done' });
    expect((await asManager.get('/api/v1/change-sets')).body['data']?.length).to.equal(1);
  });

  it('says what was left out, in the answer and as CSV', async () => {
    const { id, account } = await changed(host.manager);
    await (await host.context('core', host.admin)).records(Account).update(account, { name: '=cmd()' });
    const asManager = host.as(host.manager);

    const { headers } = await asManager.post(`/api/v1/change-sets/${id}/undo`);
    await host.settle();

    const undo = headers.get('Location') ?? '';
    const { body } = await asManager.get(undo);
    expect(body['data']?.['problems']).to.deep.equal([
      {
        entity: 'core.account',
        record: account,
        field: 'name',
        code: 'changed_since',
        message: 'Somebody has changed it since.',
      },
    ]);
    const file = await asManager.get(`${undo}/skipped.csv`);
    expect(file.headers.get('Content-Type')).to.contain('text/csv');
    expect(file.text).to.contain(`core.account,${account},name,changed_since,Somebody has changed it since.\r\n`);
  });

  it('is there for its actor and for administrators only', async () => {
    const { id } = await changed(host.manager);
    const other = await host.buildUser({ role: 'user' });

    const answers = await Promise.all([
      host.as(other).get(`/api/v1/change-sets/${id}`),
      host.as(other).get(`/api/v1/change-sets/${id}/skipped.csv`),
      host.as(other).post(`/api/v1/change-sets/${id}/undo`),
      host.as(other).post(`/api/v1/change-sets/${id}/cancellation`),
      host.as(host.admin).get(`/api/v1/change-sets/${id}`),
      host.as(undefined).get(`/api/v1/change-sets/${id}`),
      host.as(host.admin).get('/api/v1/change-sets/00000000-0000-7000-8000-000000000000'),
    ]);

    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 200, 401, 404]);
    expect((await host.as(other).get('/api/v1/change-sets')).body['data']).to.deep.equal([]);
  });

  it('is not taken back before it is over, and cannot be stopped after', async () => {
    const running = await changed(host.manager, 'running');
    const done = await changed(host.manager);

    const undo = await host.as(host.manager).post(`/api/v1/change-sets/${running.id}/undo`);
    const cancellation = await host.as(host.manager).post(`/api/v1/change-sets/${done.id}/cancellation`);

    expect([undo.status, undo.body['code']]).to.deep.equal([409, 'change_set_not_over']);
    expect([cancellation.status, cancellation.body['code']]).to.deep.equal([409, 'change_set_over']);
  });

  it('goes on with an undo that was given up', async () => {
    const { id, account } = await changed(host.manager);
    const asManager = host.as(host.manager);
    const { body } = await asManager.post(`/api/v1/change-sets/${id}/undo`);
    const undo = String(body['data']?.['id']);
    await host.sql('alter table core.change_set_rows rename to change_set_rows_away');
    await host.sql(
      `update graphile_worker._private_jobs set max_attempts = 1 where payload->'payload'->>'changeSetId' = ?`,
      [undo],
    );
    await host.settle();
    host.clock.advance(60_000);
    await host.sql('alter table core.change_set_rows_away rename to change_set_rows');
    await host.settle();
    const given = (await asManager.get(`/api/v1/change-sets/${undo}`)).body['data'];

    const again = await asManager.post(`/api/v1/change-sets/${id}/undo`);
    await host.settle();

    expect([given?.['state'], (given?.['failure'] as { code: string } | undefined)?.code]).to.deep.equal([
      'failed',
      'gave_up',
    ]);
    expect([again.status, again.body['data']?.['id']]).to.deep.equal([202, undo]);
    expect((await asManager.get(`/api/v1/change-sets/${undo}`)).body['data']).to.include({ state: 'done' });
    expect((await asManager.get(`/api/v1/accounts/${account}`)).body).to.include({ name: 'Before' });
  });
});
