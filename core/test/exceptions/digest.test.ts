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
});
