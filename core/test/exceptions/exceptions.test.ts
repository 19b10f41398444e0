import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost, TestResponse, TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';

/** Two guidelines on accounts: one of a filter with a figure, one that chooses in code; and one whose field is gone. */
const register = `
  const point = { id: 'core.guideline', schema: {} };
  const Account = { id: 'core.account', module: 'core', noun: 'account', plural: 'accounts' };
  const shared = { entity: Account, label: 'rule', hint: 'rule', since: 'updatedAt', tells: ['owner'], thresholds: {} };
  host.contribute(point, {
    ...shared, id: 'small-account', since: 'createdAt',
    thresholds: { employees: { label: 'figure', unit: 'count', default: 10, min: 1, max: 1000 } },
    fits: ({ thresholds }) => ({ all: [{ field: 'employees', op: 'lt', value: thresholds.employees }] }),
  });
  host.contribute(point, {
    ...shared, id: 'named-account',
    fits: () => ({ all: [{ field: 'industry', value: 'Wanted' }] }),
    among: async (ctx, ids) => (await ctx.query(Account).where({ id: { in: ids }, name: { startsWith: 'Chosen' } })).map(({ id }) => id),
  });
  host.contribute(point, {
    ...shared, id: 'broken', fits: () => ({ all: [{ field: 'gone', value: 1 }] }),
  });
`;

describe('exceptions', function () {
  this.timeout(30_000);
  let host: TestHost;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trellis-rules-'));
    const plugin = await writePlugin(join(folder, 'plugins'), {
      id: 'ruler',
      register,
      trellis: { capabilities: ['core.account:read'] },
    });
    host = await createTestHost({ plugins: [plugin] });
  });

  after(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await host.sql('delete from core.exceptions');
    await host.sql('delete from core.exception_rules');
    await host.sql('update core.accounts set deleted_at = now()');
  });

  const admin = () => host.as(host.admin);
  const evaluate = async (): Promise<void> => {
    expect((await admin().post('/api/v1/exceptions/evaluation')).status).to.equal(202);
    await host.settle();
  };
  const open = async (query = '', as: TestUser = host.admin): Promise<readonly string[]> => {
    const { status, body } = await host.as(as).get(`/api/v1/exceptions${query}`);
    expect(status).to.equal(200);
    return (body['data'] as unknown as { rule: string; title: string }[]).map(({ rule, title }) => `${rule}: ${title}`);
  };
  const account = async (values: object, as: TestUser = host.user): Promise<string> => {
    const { body, status } = await host.as(as).post('/api/v1/accounts', values);
    expect(status).to.equal(201);
    return String(body['id']);
  };
  const change = (id: string, values: object): Promise<TestResponse> =>
    admin().patch(`/api/v1/accounts/${id}`, values, { 'If-Match': '*' });
  const rule = (id: string, patch: object, version = '*'): Promise<TestResponse> =>
    admin().patch(`/api/v1/exception-rules/${id}`, patch, { 'If-Match': version });

  it('are raised once per cause, cleared by their proof, and opened again without being new', async () => {
    const id = await account({ name: 'Small', employees: 5 });
    await account({ name: 'Big', employees: 500 });
    await evaluate();
    await evaluate();
    const raised = await host.sql('select id, raised_at from core.exceptions');
    const shown = await open();

    await change(id, { employees: 50 });
    await evaluate();
    const afterProof = await open();
    await change(id, { employees: 6 });
    host.clock.advance(3_600_000);
    await evaluate();

    expect(shown).to.deep.equal(['ruler.small-account: Small']);
    expect(afterProof).to.deep.equal([]);
    expect(await open()).to.deep.equal(['ruler.small-account: Small']);
    expect(await host.sql('select id, raised_at from core.exceptions')).to.deep.equal(raised);
  });

  it('are new each time a record breaks a rule that has no moment to run from', async () => {
    const subject = 'Someday';
    const filter = { all: [{ field: 'subject', value: subject }] };
    const mine = { name: 'Undated', entity: 'core.activity', filter, since: 'dueAt', tells: ['owner'] };
    const added = await admin().post('/api/v1/exception-rules', mine);
    const { body: task } = await admin().post('/api/v1/activities', { kind: 'task', subject });
    const call = (text: string): Promise<TestResponse> =>
      admin().patch(`/api/v1/activities/${String(task['id'])}`, { subject: text }, { 'If-Match': '*' });
    const told = async (): Promise<unknown> => {
      await evaluate();
      const rows = await host.sql(
        'select told_at is not null as told, cleared_at is null as open from core.exceptions',
      );
      await host.sql('update core.exceptions set told_at = now() where cleared_at is null');
      return rows;
    };

    const first = await told();
    const still = await told();
    await call('Done with');
    const cleared = await told();
    await call(subject);
    const anew = await told();

    expect(added.status).to.equal(201);
    expect([first, still, cleared, anew]).to.deep.equal([
      [{ told: false, open: true }],
      [{ told: true, open: true }],
      [{ told: true, open: false }],
      [{ told: false, open: true }],
    ]);
  });

  it('are raised anew for another cause', async () => {
    const dueAt = (day: number): string => `2026-01-0${day}T10:00:00.000Z`;
    const task = { kind: 'task', subject: 'Overdue', dueAt: dueAt(1) };
    const { body } = await admin().post('/api/v1/activities', task);
    await evaluate();
    await admin().patch(`/api/v1/activities/${String(body['id'])}`, { dueAt: dueAt(2) }, { 'If-Match': '*' });

    await evaluate();

    const rows = await host.sql(
      `select cleared_at is null as is_open from core.exceptions where rule = 'core.overdue-task' order by raised_at, cause`,
    );
    expect(rows).to.deep.equal([{ is_open: false }, { is_open: true }]);
    await admin().delete(`/api/v1/activities/${String(body['id'])}`, { 'If-Match': '*' });
  });

  it('stay as they are when a change cures nothing, though the time of their rule runs from the last change', async () => {
    const id = await account({ name: 'Chosen one', industry: 'Wanted' });
    await evaluate();
    const raised = await host.sql('select id, raised_at, cleared_at from core.exceptions');
    await change(id, { description: 'touched' });

    await evaluate();

    expect(raised).to.have.length(1);
    expect(await host.sql('select id, raised_at, cleared_at from core.exceptions')).to.deep.equal(raised);
  });

  it('ask the module among the records that fit, and go on when another rule fails', async () => {
    await account({ name: 'Chosen', industry: 'Wanted' });
    await account({ name: 'Left', industry: 'Wanted' });

    await evaluate();

    expect(await open('?rule=ruler.named-account')).to.deep.equal(['ruler.named-account: Chosen']);
  });

  it('say of each rule how many are open, or why it could not be evaluated', async () => {
    await account({ name: 'Small', employees: 5 });
    await evaluate();

    const { body } = await admin().get('/api/v1/exception-rules');
    const found = (body['data'] as unknown as { id: string; evaluation: object }[]).map(
      ({ id, evaluation }): [string, object] => [id, evaluation],
    );
    const page = await admin().page('/exceptions/rules');

    expect(Object.fromEntries(found)['ruler.small-account']).to.deep.include({ open: 1, failure: null });
    expect(Object.fromEntries(found)['ruler.broken']).to.deep.include({ open: 0, failure: 'invalid_query' });
    expect(page.text).to.contain('1 open').and.contain('could not be evaluated (invalid_query)');
    await host.sql(`update core.exception_evaluations set open = 10000 where rule = 'ruler.small-account'`);
    expect((await admin().page('/exceptions/rules')).text).to.contain('the most a rule may have');
  });

  it('are shown to those who may read the record, and to nobody else', async () => {
    const other = await host.buildUser({ name: 'Other' });
    await host.as(host.admin).request('PUT', '/api/v1/roles/user/grants', { grants: { 'core.account:read': 'own' } });
    const id = await account({ name: 'Mine', employees: 1 });
    await evaluate();

    expect(await open('', host.user)).to.deep.equal(['ruler.small-account: Mine']);
    expect(await open('', other)).to.deep.equal([]);
    expect(await open(`?record=${id}`, other)).to.deep.equal([]);
    expect(await open('?scope=mine', host.user)).to.have.length(1);
    expect(await open('?scope=mine', host.manager)).to.have.length(0);
    expect(await open('?scope=team', host.manager)).to.have.length(1);
    await host.as(host.admin).request('PUT', '/api/v1/roles/user/grants', { grants: { 'core.account:read': 'all' } });
  });

  it('come page by page', async () => {
    await Promise.all(['A', 'B', 'C'].map((name) => account({ name, employees: 1 })));
    await evaluate();

    const first = await admin().get('/api/v1/exceptions?limit=2');
    const next = (first.body['page'] as unknown as { next: string }).next;
    const rest = await open(`?limit=2&after=${next}`);

    expect(first.body['data']).to.have.length(2);
    expect(rest).to.have.length(1);
    for (const after of ['nonsense', `999999999999999.${host.admin.userId}`])
      expect((await admin().get(`/api/v1/exceptions?after=${after}`)).status, after).to.equal(400);
  });

  describe('rules', () => {
    it('are switched off and on: what they raised goes at once', async () => {
      await account({ name: 'Small', employees: 5 });
      await evaluate();

      const off = await rule('ruler.small-account', { isOn: false });

      expect([off.status, off.body['isOn'], off.body['version']]).to.deep.equal([200, false, 2]);
      expect(await open()).to.deep.equal([]);
      await evaluate();
      expect(await open()).to.deep.equal([]);
      await rule('ruler.small-account', { isOn: true });
      await evaluate();
      expect(await open()).to.have.length(1);
    });

    it('are tuned within their range, by whoever saw the latest version', async () => {
      await account({ name: 'Middle', employees: 50 });
      const tuned = await rule('ruler.small-account', { thresholds: { employees: 100 } }, '"1"');
      const stale = await rule('ruler.small-account', { thresholds: { employees: 200 } }, '"1"');
      const wild = await rule('ruler.small-account', { thresholds: { employees: 0, other: 1 } });
      const foreign = await rule('ruler.small-account', { name: 'Mine now' });
      const blind = await admin().patch('/api/v1/exception-rules/ruler.small-account', { isOn: false });
      await evaluate();

      expect([tuned.status, stale.status, wild.status, foreign.status, blind.status]).to.deep.equal([
        ...[200, 412, 422, 422, 428],
      ]);
      expect(await open()).to.deep.equal(['ruler.small-account: Middle']);
      await admin().delete('/api/v1/exception-rules/ruler.small-account');
      await evaluate();
      expect(await open(), 'back to ten employees').to.deep.equal([]);
    });

    it('are added from a filter, and taken away with what they raised', async () => {
      const mine = {
        name: 'No industry',
        entity: 'core.account',
        filter: { all: [{ field: 'industry', op: 'empty', value: true }] },
        since: 'createdAt',
        tells: ['managers'],
      };
      await account({ name: 'Unknown', employees: 500 });

      const added = await admin().post('/api/v1/exception-rules', mine);
      await evaluate();

      const id = String(added.body['id']);
      expect([added.status, added.headers.get('location')]).to.deep.equal([201, `/api/v1/exception-rules/${id}`]);
      expect(await open()).to.deep.equal([`${id}: Unknown`]);
      expect((await admin().delete(`/api/v1/exception-rules/${id}`)).status).to.equal(204);
      expect(await host.sql('select 1 from core.exceptions where cleared_at is null')).to.deep.equal([]);
      expect((await admin().delete(`/api/v1/exception-rules/${id}`)).status).to.equal(404);
    });

    it('are refused with what is wrong with each part', async () => {
      const refused = await admin().post('/api/v1/exception-rules', {
        name: 'Wrong',
        entity: 'core.account',
        filter: { all: [{ field: 'nowhere', value: 1 }] },
        since: 'name',
      });
      const unknown = await admin().post('/api/v1/exception-rules', {
        ...{ name: 'Wrong', entity: 'core.nothing', filter: { all: [] }, since: 'name' },
      });

      const personal = await admin().post('/api/v1/exception-rules', {
        ...{ name: 'Mine', entity: 'core.account', since: 'createdAt' },
        filter: { all: [{ field: 'owner', op: 'in', value: ['me'] }] },
      });

      expect(personal.body['errors']).to.have.nested.property('[0].code', 'personal');
      expect(refused.status).to.equal(422);
      expect((refused.body['errors'] as unknown as { pointer: string }[]).map(({ pointer }) => pointer)).to.deep.equal([
        '/since',
        '/filter/all/0/field',
      ]);
      expect(unknown.status).to.equal(422);
    });

    it('are for their administrators', async () => {
      const manager = host.as(host.manager);

      expect((await manager.get('/api/v1/exception-rules')).status).to.equal(403);
      expect((await manager.post('/api/v1/exceptions/evaluation')).status).to.equal(403);
      expect((await host.as().get('/api/v1/exceptions')).status).to.equal(401);
    });

    it('of a disabled module rest: what they raised is not shown, and is there again with the module', async () => {
      await account({ name: 'Small', employees: 5 });
      await evaluate();

      await host.disable('ruler');
      const without = await open();
      await evaluate();
      await host.enable('ruler');

      expect(without).to.deep.equal([]);
      expect(await open()).to.deep.equal(['ruler.small-account: Small']);
    });
  });
});
