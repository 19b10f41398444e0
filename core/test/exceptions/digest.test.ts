import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';

describe('the digest of exceptions', function () {
  this.timeout(30_000);
  let host: CoreTestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  const dayMs = 86_400_000;
  const mails = () =>
    host.sql(
      `select address, subject, content::text as text from core.outgoing_mails where kind = 'exception-digest' order by 1`,
    );
  const morning = async (): Promise<void> => {
    await host.as(host.admin).post('/api/v1/exceptions/evaluation');
    await host.settle();
    await host.sql(
      `select graphile_worker.add_job('trellis', payload => '{"module":"core","name":"exception-digest","payload":{}}'::json)`,
    );
    await host.settle();
  };

  it('tells owner and managers of an overdue task once, and nobody when all is well', async () => {
    await morning();
    expect(await mails()).to.deep.equal([]);

    const dueAt = new Date(host.clock.now().getTime() - 5 * dayMs).toISOString();
    const { body } = await host.as(host.user).post('/api/v1/activities', { kind: 'task', subject: 'Call back', dueAt });
    await morning();
    const told = await mails();
    await morning();

    expect(told.map(({ address }) => address)).to.include(host.user.email);
    expect(told[0]?.['subject']).to.equal('One new exception');
    expect(told[0]?.['text'])
      .to.contain('Call back')
      .and.contain('Overdue task')
      .and.contain(`/activities/${String(body['id'])}`);
    expect(await mails(), 'the day after').to.deep.equal(told);
  });

  it('is mailed once when two make it at once', async () => {
    await host.sql('delete from core.outgoing_mails');
    await host.sql('update core.exceptions set told_at = null');
    const { rule } = (await host.sql('select rule from core.exceptions where cleared_at is null'))[0] ?? {};
    expect(rule).to.be.a('string');

    const digest = () => host.workspace.jobs.runNow('core:exception-digest', {});
    await Promise.all([digest(), digest(), digest()]);

    const addresses = (await mails()).map(({ address }) => address);
    expect(addresses).to.include(host.user.email);
    expect(addresses).to.deep.equal([...new Set(addresses)]);
  });

  it('leaves out nothing that an evaluation holds', async () => {
    await host.sql('delete from core.outgoing_mails');
    await host.sql('update core.exceptions set told_at = null');

    const digest = await host.workspace.database.work.transaction(async (trx) => {
      await trx.raw('select 1 from core.exceptions for update');
      const job = host.workspace.jobs.runNow('core:exception-digest', {});
      await Promise.race([job, delay(300)]);
      return { job };
    });
    await digest.job;

    expect((await mails()).map(({ address }) => address)).to.include(host.user.email);
  });

  it('is cleared by doing it: the inbox is empty, for the API and the page', async () => {
    const open = await host.as(host.user).page('/exceptions?scope=mine');
    const [task] = (await host.as(host.user).get('/api/v1/activities')).body['data'] as unknown as { id: string }[];

    await host
      .as(host.user)
      .patch(`/api/v1/activities/${task?.id ?? ''}`, { doneAt: host.clock.now().toISOString() }, { 'If-Match': '*' });
    await morning();

    expect(open.text).to.contain('Call back').and.contain('Overdue task');
    expect((await host.as(host.user).page('/exceptions?scope=mine')).text).to.contain('All is well');
  });

  describe('of what nobody is responsible for', () => {
    const overdueFor = async (owner: string | null) => {
      const dueAt = new Date(host.clock.now().getTime() - 5 * dayMs).toISOString();
      const values = { kind: 'task', subject: `Of ${owner === null ? 'nobody' : 'somebody'}`, dueAt, owner };
      return String((await host.as(host.admin).post('/api/v1/activities', values)).body['id']);
    };
    const addresses = async () => (await mails()).map(({ address }) => address);
    beforeEach(async () => {
      await host.sql('delete from core.outgoing_mails');
      await host.sql('delete from core.exceptions');
      await host.sql('update core.activities set deleted_at = now()');
    });

    it('tells those who keep the rules, and then whoever takes it on', async () => {
      const id = await overdueFor(null);
      await host.sql('update core.activities set team_id = null where id = ?', [id]);
      await morning();
      const first = await addresses();
      await host.as(host.admin).patch(`/api/v1/activities/${id}`, { owner: host.user.userId }, { 'If-Match': '*' });
      await host.sql('delete from core.outgoing_mails');
      await morning();

      expect(first).to.deep.equal([host.admin.email]);
      expect(await addresses()).to.include(host.user.email);
    });

    it('shows it first to whoever has nothing of their own teams', async () => {
      const id = await overdueFor(null);
      await host.sql('update core.activities set team_id = null where id = ?', [id]);
      await morning();

      expect((await host.as(host.admin).page('/exceptions')).text).to.contain('Of nobody');
      expect((await host.as(host.admin).page('/exceptions?scope=team')).text).to.contain('All is well');
    });

    it('tells those who keep the rules instead of managers where no team has one', async () => {
      await host.sql('create table kept_managers as select * from core.team_managers');
      await host.sql('delete from core.team_managers');
      await overdueFor(host.user.userId);
      await morning();
      await host.sql('insert into core.team_managers select * from kept_managers');
      await host.sql('drop table kept_managers');

      expect((await addresses()).toSorted()).to.deep.equal([host.admin.email, host.user.email].toSorted());
    });
  });
});
