import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailFailed, type NewMail } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { writePlugin } from '../kernel/plugin-fixtures.js';
import { mailsOf, startSmtp, useSmtp, type SmtpLab } from './smtp-lab.js';

const minuteMs = 60_000;

describe('mails', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  let smtp: SmtpLab;
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'trellis-mails-'));
    const plugins = [
      await writePlugin(home, { id: 'letters', trellis: { capabilities: ['core.mail:send'] } }),
      await writePlugin(home, { id: 'mute' }),
    ];
    [host, smtp] = await Promise.all([createTestHost({ plugins }), startSmtp()]);
  });

  afterEach(async () => {
    await Promise.all([host.close(), smtp.close()]);
    await rm(home, { recursive: true, force: true });
  });

  const letter = (overrides: Partial<NewMail> = {}): NewMail => ({
    to: { user: host.user.userId },
    kind: 'greeting',
    write: ({ name }) => ({
      subject: `Hello ${name}`,
      paragraphs: ['One <b>bold</b> word & more'],
      action: { label: 'Look', href: '/accounts' },
    }),
    ...overrides,
  });
  const send = (mail: NewMail, plugin = 'letters') => host.tx(plugin, (tx) => tx.mail.send(mail));

  it('are given up when the process died in each attempt to send them', async () => {
    await useSmtp(host, { port: smtp.port });
    smtp.isBusy = true;
    await send(letter());
    await host.settle();
    smtp.isBusy = false;
    const die = (attempts: number) =>
      host.sql(`update core.outgoing_mails set attempts = ?, next_at = ?, last_stage = null`, [
        attempts,
        host.clock.now(),
      ]);
    const run = async () => {
      await host.workspace.jobs.runNow('core:send-mails', {});
      return host.sql('select state, last_stage as stage from core.outgoing_mails');
    };

    await die(8);
    const given = await run();

    expect(given).to.deep.equal([{ state: 'dead', stage: 'interrupted' }]);
    expect(smtp.received).to.have.length(0);
    expect(await host.emitted(MailFailed)).to.have.length(1);
  });

  it('leave after the commit, as HTML and text, with the same id on every attempt', async () => {
    await useSmtp(host, { port: smtp.port });
    await send(letter());
    smtp.isBusy = true;
    await host.settle();
    smtp.isBusy = false;
    const [waiting] = await mailsOf(host);
    host.clock.advance(2 * minuteMs);
    await host.settle();

    const { rows } = await host.workspace.database.knex.raw<{ rows: { message_id: string }[] }>(
      'select message_id from core.outgoing_mails',
    );
    expect(waiting).to.deep.include({ state: 'waiting', attempts: 1, lastStage: 'recipient' });
    expect(await mailsOf(host, '?state=sent')).to.have.length(1);
    expect(smtp.received).to.have.length(1);
    const [mail] = smtp.received;
    expect(mail?.to).to.deep.equal([host.user.email]);
    expect(mail?.source).to.contain(`Message-ID: ${rows[0]?.message_id ?? ''}`);
    expect(mail?.source)
      .to.contain('One &lt;b&gt;bold&lt;/b&gt; word &amp; more')
      .and.contain('One <b>bold</b> word & more');
    expect(mail?.source).to.match(/Look: http:\/\/\S+\/accounts/);
    expect(mail?.source).to.not.match(/<img|src=/);
  });

  it('do not exist when their transaction is rolled back', async () => {
    await host
      .tx('letters', async (tx) => {
        await tx.mail.send(letter());
        throw new Error('no');
      })
      .catch(() => undefined);

    expect(await mailsOf(host)).to.deep.equal([]);
  });

  it('are kept to be read while no server is set, and sent when an administrator says so', async () => {
    await send(letter());
    await host.settle();
    const [kept] = await mailsOf(host);
    const { body } = await host.as(host.admin).get(`/api/v1/mails/${String(kept?.['id'])}`);
    await useSmtp(host, { port: smtp.port });
    await host.settle();
    const sentByItself = smtp.received.length;

    const { status } = await host.as(host.admin).post(`/api/v1/mails/${String(kept?.['id'])}/dispatch`);
    await host.settle();

    expect(kept).to.deep.include({ state: 'kept', subject: `Hello ${host.user.name}` });
    expect(JSON.stringify(body['content'])).to.contain('bold');
    expect([status, sentByItself, smtp.received.length]).to.deep.equal([202, 0, 1]);
  });

  it('are given up at once when the recipient is refused for good, and those who run the workspace hear of it', async () => {
    await useSmtp(host, { port: smtp.port });
    smtp.refused.add(host.user.email);
    await send(letter());
    await send(letter({ to: { email: 'other@example.com' } }));
    await host.settle();

    const dead = await mailsOf(host, '?state=dead');
    expect(dead.map(({ lastStage, attempts }) => [lastStage, attempts])).to.deep.equal([['recipient', 1]]);
    expect(smtp.received.flatMap(({ to }) => to)).to.deep.equal(['other@example.com']);
    expect((await host.emitted(MailFailed)).map(({ stage }) => stage)).to.deep.equal(['recipient']);
  });

  it('are given up after eight attempts', async () => {
    await useSmtp(host, { port: 1 });
    await send(letter());
    const states: unknown[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      await host.settle();
      states.push((await mailsOf(host))[0]?.['state']);
      host.clock.advance(1500 * minuteMs);
    }

    expect(states).to.deep.equal([...Array<string>(7).fill('waiting'), 'dead']);
  });

  it('wait while the workspace is a copy that is held', async () => {
    await useSmtp(host, { port: smtp.port });
    await host.sql(`insert into core.holds (since, reason) values (now(), 'restored')`);
    const { Hold } = await import('../../dist/hold/index.js');
    await host.workspace.container.resolve(Hold).refresh();
    await send(letter());
    await host.settle();

    expect((await mailsOf(host)).map(({ state }) => state)).to.deep.equal(['waiting']);
    expect(smtp.received).to.deep.equal([]);
  });

  it('are stored once per key', async () => {
    const stored = [
      await send(letter({ key: 'a' })),
      await send(letter({ key: 'a' })),
      await send(letter({ key: 'b' })),
    ];

    expect(stored).to.deep.equal([true, false, true]);
  });

  it('go to nobody who may not sign in', async () => {
    await host.sql(`update core.users set status = 'inactive' where id = ?`, [host.user.userId]);

    expect(await send(letter())).to.equal(false);
  });

  it('need a capability', async () => {
    const error = await send(letter(), 'mute').then(
      () => null,
      (refusal: unknown) => refusal,
    );

    expect(error).to.have.property('code', 'capability_missing');
  });

  it('with a personal link are sealed, shown to nobody, and forgotten once gone', async () => {
    const invited = await host.buildUser();
    await host.sql(`update core.users set status = 'no_login' where id = ?`, [invited.userId]);
    const unsent = await host.as(host.admin).post(`/api/v1/users/${invited.userId}/invitation`);
    await useSmtp(host, { port: smtp.port });
    const { body } = await host.as(host.admin).post(`/api/v1/users/${invited.userId}/invitation`);
    const [stored] = await host.sql('select content::text as content from core.outgoing_mails');
    const [entry] = await mailsOf(host);
    const shown = await host.as(host.admin).get(`/api/v1/mails/${String(entry?.['id'])}`);
    await host.settle();

    const token = String(body['url']).split('/').at(-1) ?? '';
    expect([unsent.body['isMailed'], body['isMailed']]).to.deep.equal([false, true]);
    expect(JSON.stringify([stored, shown.body])).to.not.contain(token);
    expect(shown.body['content']).to.equal(null);
    expect(smtp.received[0]?.source).to.contain(`/invitation/${token}`);
    expect(await host.sql('select content from core.outgoing_mails')).to.deep.equal([{ content: null }]);
  });

  it('are for administrators: 401, 403, 404, 400', async () => {
    const none = '00000000-0000-7000-8000-000000000000';
    const client = host.as(host.admin);
    const answers = [
      await host.as().get('/api/v1/mails'),
      await host.as(host.manager).get('/api/v1/mails'),
      await client.get(`/api/v1/mails/${none}`),
      await client.post(`/api/v1/mails/${none}/dispatch`),
      await client.delete(`/api/v1/mails/${none}`),
      await client.get('/api/v1/mails?color=red'),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([401, 403, 404, 404, 404, 400]);
  });
});
