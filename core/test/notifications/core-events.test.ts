import { expect } from 'chai';
import { moduleWork } from '../../dist/composition/module-work.js';
import { uuidV7 } from '../../dist/database/index.js';
import { runUnit } from '../../dist/database/unit-of-work.js';
import { Jobs } from '../../dist/jobs/jobs.js';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { startSmtp, useSmtp } from '../mail/smtp-lab.js';
import { inboxOf } from './told-lab.js';

describe('what core tells people of itself', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.notifications'));

  it('is that a plugin was stopped after faults, to those who run plugins', async () => {
    const { clock, info, database } = host.workspace;
    const work = moduleWork({ clock, place: info }, () => []);
    await runUnit(
      database.knex,
      () => undefined,
      (unit) => work.quarantined(unit, 'sales'),
    );
    await host.settle();

    const [line] = (await inboxOf(host, host.admin)).lines;
    expect(line).to.deep.include({ kind: 'core.plugin-quarantined', href: '/plugins/sales' });
    expect(line?.text).to.contain('sales');
    expect((await inboxOf(host, host.user)).lines).to.deep.equal([]);
  });

  it('is that long work is over, to whoever began it', async () => {
    const work = async (
      kind: string,
      total: number,
      state: 'done' | 'failed',
      owner: string | null = host.user.userId,
    ) => {
      const { progress } = host.workspace.container.resolve(Jobs);
      const id = uuidV7();
      await progress.create(host.workspace.database.knex, { id, kind, ownerId: owner });
      await progress.report(id, { done: total, total });
      await progress.finish(id, state);
      return id;
    };
    const imported = await work('import', 3, 'done');
    await work('bulk', 5000, 'done');
    await work('bulk', 2, 'failed');
    await work('bulk', 2, 'done');
    await work('bulk', 5000, 'done', null);
    await host.settle();

    const { lines } = await inboxOf(host, host.user);
    expect(lines.map(({ text, href }) => [text, href])).to.have.deep.members([
      ['Your import is finished', `/imports/${imported}`],
      ['Your change to many records is finished', null],
      ['Your change to many records failed', null],
    ]);
  });

  it('is that an import is finished, by the name of its file', async () => {
    const admin = host.as(host.admin);
    const query = 'entity=core.account&fileName=old+customers.csv';
    const { headers } = await admin.post(`/api/v1/imports?${query}`, 'name\nNamed\n', { 'Content-Type': 'text/csv' });
    await host.settle();
    await host.settle();

    const { lines } = await inboxOf(host, host.admin);
    const [, id = ''] = /([^/]+)$/.exec(headers.get('Location') ?? '') ?? [];
    expect(lines.map(({ text, href }) => [text, href])).to.deep.equal([
      ['Your import of old customers.csv is finished', `/imports/${id}`],
    ]);
  });

  it('is that a mail could not be sent, to administrators and to whoever it was sent for', async () => {
    const smtp = await startSmtp();
    await useSmtp(host, { port: smtp.port });
    smtp.refused.add('gone@example.com');
    await host.tx(
      'core',
      (tx) =>
        tx.mail.send({
          ...{ to: { email: 'gone@example.com' }, kind: 'greeting' },
          write: () => ({ subject: 'Hi', paragraphs: [] }),
        }),
      host.user,
    );
    await host.settle();
    await host.settle();
    await smtp.close();

    const [own] = (await inboxOf(host, host.user)).lines;
    const [theirs] = (await inboxOf(host, host.admin)).lines;
    expect(own).to.deep.include({ kind: 'core.mail-failed', href: null });
    expect(theirs?.href).to.match(/^\/mails\/[0-9a-f-]{36}$/);
  });
});
