import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';

describe('telling people of exceptions', function () {
  this.timeout(30_000);
  let host: CoreTestHost;

  before(async () => {
    host = await createTestHost();
  });

  after(() => host.close());

  const dayMs = 86_400_000;
  const hourMs = 3_600_000;
  const told = () =>
    host.sql(
      `select u.email, n.record_id, n.values, n.count from core.notifications n join core.users u on u.id = n.user_id
       where n.kind = 'core.exceptions' order by u.email, n.told_at, n.id`,
    );
  const addresses = async () => (await told()).map(({ email }) => email);
  const run = () => host.workspace.jobs.runNow('core:tell-exceptions', {});
  const evaluate = async (): Promise<void> => {
    await host.as(host.admin).post('/api/v1/exceptions/evaluation');
    await host.settle();
    await run();
    await host.settle();
  };
  const overdueFor = async (owner: string | null, subject = 'Call back') => {
    const dueAt = new Date(host.clock.now().getTime() - 5 * dayMs).toISOString();
    const values = { kind: 'task', subject, dueAt, owner };
    return String((await host.as(host.admin).post('/api/v1/activities', values)).body['id']);
  };
  const finish = (id: string) =>
    host
      .as(host.admin)
      .patch(`/api/v1/activities/${id}`, { doneAt: host.clock.now().toISOString() }, { 'If-Match': '*' });
  beforeEach(async () => {
    await host.sql('delete from core.outgoing_mails');
    await host.sql('delete from core.exceptions');
    await host.sql('delete from core.notifications');
    await host.sql('delete from core.notification_settings');
    await host.sql('delete from core.notification_channels');
    await host.sql('update core.activities set deleted_at = now()');
  });

  it('tells the owner of an overdue task once, and nobody when all is well', async () => {
    await evaluate();
    const quiet = await told();
    const id = await overdueFor(host.user.userId);
    await evaluate();
    const lines = await told();
    await evaluate();

    expect(quiet).to.deep.equal([]);
    expect(lines.find(({ email }) => email === host.user.email)).to.deep.include({
      record_id: id,
      values: { rule: 'Overdue task', isRest: 'no' },
    });
    expect(await told(), 'later').to.deep.equal(lines);
  });

  it('names it in the one daily mail, at the hour one chose, unless one wants no mail of it', async () => {
    const id = await overdueFor(host.user.userId);
    const hour = (host.clock.now().getUTCHours() + 2) % 24;
    await host.as(host.user).patch('/api/v1/me/notifications', { digestHour: hour });
    const kinds = [{ kind: 'core.exceptions', app: false, mail: 'never' }];
    await host.as(host.admin).patch('/api/v1/me/notifications', { kinds });
    await evaluate();
    const mails = () => host.sql(`select address, kind, content::text as text from core.outgoing_mails`);
    const early = await mails();
    host.clock.advance(2 * hourMs);
    await host.settle();
    await host.workspace.jobs.runNow('core:mail-digests', {});

    const [mail, ...others] = await mails();
    expect([early.length, others.length]).to.deep.equal([0, 0]);
    expect(mail).to.deep.include({ address: host.user.email, kind: 'digest' });
    expect(mail?.['text']).to.contain('Overdue task: Call back').and.contain(`/activities/${id}`);
    expect(await addresses()).to.not.include(host.admin.email);
  });

  it('tells each once when two tell at once', async () => {
    await overdueFor(host.user.userId);
    await host.as(host.admin).post('/api/v1/exceptions/evaluation');
    await host.settle();
    await host.sql('delete from core.notifications');
    await host.sql('update core.exceptions set told_at = null');

    await Promise.all([run(), run(), run()]);

    const counts = (await told()).map(({ email, count }) => `${String(email)} ${String(count)}`);
    expect(counts).to.include(`${host.user.email} 1`);
    expect(counts).to.deep.equal([...new Set(counts)]);
  });

  it('leaves out nothing that an evaluation holds', async () => {
    await overdueFor(host.user.userId);
    await host.as(host.admin).post('/api/v1/exceptions/evaluation');
    await host.settle();
    await host.sql('delete from core.notifications');
    await host.sql('update core.exceptions set told_at = null');

    const telling = await host.workspace.database.work.transaction(async (trx) => {
      await trx.raw('select 1 from core.exceptions for update');
      const job = run();
      await Promise.race([job, delay(300)]);
      return { job };
    });
    await telling.job;

    expect(await addresses()).to.include(host.user.email);
  });

  it('takes back what is cleared before anybody read of it, and tells of it when it is back', async () => {
    const id = await overdueFor(host.user.userId);
    await evaluate();
    const open = await host.as(host.user).page('/exceptions?scope=mine');
    await finish(id);
    await evaluate();
    const cleared = await told();
    const page = await host.as(host.user).page('/exceptions?scope=mine');
    await host.as(host.admin).patch(`/api/v1/activities/${id}`, { doneAt: null }, { 'If-Match': '*' });
    await evaluate();

    expect(open.text).to.contain('Call back').and.contain('Overdue task');
    expect(cleared).to.deep.equal([]);
    expect(page.text).to.contain('All is well');
    expect(await addresses(), 'open again').to.include(host.user.email);
  });

  it('names thirty to a person, and says how many more there are', async () => {
    for (let n = 0; n < 32; n += 1) await overdueFor(host.user.userId, `Task ${n}`);
    await evaluate();

    const mine = (await told()).filter(({ email }) => email === host.user.email);
    expect(mine).to.have.length(31);
    const rest = mine.find(({ record_id }) => record_id === null);
    expect(rest).to.deep.include({ count: 2, values: { rule: '', isRest: 'yes' } });
  });

  describe('of what nobody is responsible for', () => {
    it('tells those who keep the rules, and then whoever takes it on', async () => {
      const id = await overdueFor(null, 'Of nobody');
      await host.sql('update core.activities set team_id = null where id = ?', [id]);
      await evaluate();
      const first = await addresses();
      await host.as(host.admin).patch(`/api/v1/activities/${id}`, { owner: host.user.userId }, { 'If-Match': '*' });
      await host.sql('delete from core.notifications');
      await evaluate();

      expect(first).to.deep.equal([host.admin.email]);
      expect(await addresses()).to.include(host.user.email);
    });

    it('shows it first to whoever has nothing of their own teams', async () => {
      const id = await overdueFor(null, 'Of nobody');
      await host.sql('update core.activities set team_id = null where id = ?', [id]);
      await evaluate();

      expect((await host.as(host.admin).page('/exceptions')).text).to.contain('Of nobody');
      expect((await host.as(host.admin).page('/exceptions?scope=team')).text).to.contain('All is well');
    });

    it('tells those who keep the rules instead of managers where no team has one', async () => {
      await host.sql('create table kept_managers as select * from core.team_managers');
      await host.sql('delete from core.team_managers');
      await overdueFor(host.user.userId);
      await evaluate();
      await host.sql('insert into core.team_managers select * from kept_managers');
      await host.sql('drop table kept_managers');

      expect((await addresses()).toSorted()).to.deep.equal([host.admin.email, host.user.email].toSorted());
    });
  });
});
