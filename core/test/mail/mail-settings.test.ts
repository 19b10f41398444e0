import { expect } from 'chai';
import { Hold } from '../../dist/hold/index.js';
import { createTestHost, type CoreTestHost } from '../../dist/testing/index.js';
import { smtpLogin, startSmtp, useSmtp, type SmtpLab } from './smtp-lab.js';

const path = '/api/v1/settings/mail';

describe('/api/v1/settings/mail', () => {
  let host: CoreTestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const read = () => host.as(host.admin).get(path);
  const patch = (body: object, ifMatch = '*') => host.as(host.admin).patch(path, body, { 'If-Match': ifMatch });

  it('keeps the password sealed and never shows it', async () => {
    const { status, body } = await patch({ host: 'mail.example.com', user: 'crm', password: 'hunter2 secret' });

    const rows = await host.sql('select password::text as password from core.mail_settings');
    const audit = await host.sql(`select changes::text as changes from core.audit_log where verb = 'mail-changed'`);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ host: 'mail.example.com', hasPassword: true, isReady: false });
    expect(JSON.stringify([body, rows, audit])).to.not.contain('hunter2');
    expect(String(rows[0]?.['password'])).to.contain('$sealed');
  });

  it('does not hand a stored password to another server', async () => {
    await patch({ host: 'mail.example.com', port: 587, user: 'crm', password: 'one' });

    const elsewhere = await patch({ host: 'mail.evil.example' });
    const weaker = await patch({ security: 'none' });
    const retyped = await patch({ host: 'mail.other.example', password: 'two' });

    expect([elsewhere.status, weaker.status, retyped.status]).to.deep.equal([422, 422, 200]);
    expect(JSON.stringify(elsewhere.body)).to.contain('password_again');
  });

  it('has a version that a change has to know, and takes nothing else than its fields', async () => {
    const tag = (await read()).headers.get('etag') ?? '';

    const answers = [
      await host.as(host.admin).patch(path, { port: 25 }),
      await patch({ senderName: 'Sales' }, tag),
      await patch({ senderName: 'Late' }, tag),
      await patch({ port: 0 }),
      await patch({ senderAddress: 'nobody' }),
      await patch({ color: 'red' }),
      await host.as(host.manager).patch(path, { port: 25 }, { 'If-Match': '*' }),
      await host.as(host.manager).get(path),
      await host.as().get(path),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([428, 200, 412, 422, 422, 422, 403, 403, 401]);
  });
});

describe('POST /api/v1/settings/mail/test', function () {
  this.timeout(30_000);
  let host: CoreTestHost;
  let smtp: SmtpLab;
  before(async () => {
    [host, smtp] = await Promise.all([createTestHost(), startSmtp()]);
  });
  after(() => Promise.all([host.close(), smtp.close()]));

  const test = (to = 'ada@example.com') => host.as(host.admin).post(`${path}/test`, { to });

  it('says 409 until a server is set', async () => {
    const { status, body } = await test();

    expect([status, body['code']]).to.deep.equal([409, 'mail_not_configured']);
  });

  it('sends one mail with both parts, past the queue', async () => {
    await useSmtp(host, { port: smtp.port, user: smtpLogin.user, password: smtpLogin.password });

    const { status, body } = await test();

    const [mail] = smtp.received;
    expect([status, body]).to.deep.equal([200, { isSent: true }]);
    expect(mail).to.deep.include({ from: 'crm@example.com', to: ['ada@example.com'], user: smtpLogin.user });
    expect(mail?.source).to.match(/text\/plain[\s\S]*text\/html/);
    expect(await host.sql('select id from core.outgoing_mails')).to.deep.equal([]);
  });

  it('tells a wrong name, a closed port, a wrong password and a refused recipient apart', async () => {
    const stageWith = async (settings: object): Promise<unknown> => {
      await useSmtp(host, settings);
      return (await test()).body['stage'];
    };
    smtp.refused.add('ada@example.com');

    const stages = [
      await stageWith({ host: 'no-such-host.invalid', port: 25, password: null, user: null }),
      await stageWith({ port: 1 }),
      await stageWith({ port: smtp.port, user: smtpLogin.user, password: 'wrong' }),
      await stageWith({ port: smtp.port, user: smtpLogin.user, password: smtpLogin.password }),
    ];

    expect(stages).to.deep.equal(['dns', 'connection', 'authentication', 'recipient']);
  });

  it('does not trust a certificate that nobody vouches for, and sends no password then', async () => {
    const secure = await startSmtp({ secure: true, disabledCommands: [] });
    await useSmtp(host, { port: secure.port, security: 'tls', user: smtpLogin.user, password: smtpLogin.password });

    const { body } = await test('bob@example.com');

    await secure.close();
    expect([body['isSent'], body['stage']]).to.deep.equal([false, 'tls']);
    expect(secure.received).to.deep.equal([]);
  });

  it('demands encryption where it was asked for', async () => {
    await useSmtp(host, { port: smtp.port, security: 'starttls', user: smtpLogin.user, password: smtpLogin.password });
    const before = smtp.received.length;

    const { body } = await test('bob@example.com');

    expect([body['isSent'], body['stage']]).to.deep.equal([false, 'tls']);
    expect(smtp.received).to.have.length(before);
  });

  it('sends nothing from a restored copy', async () => {
    await useSmtp(host, { port: smtp.port, password: null, user: null });
    await host.sql(`insert into core.holds (since, reason) values (now(), 'restored')`);
    await host.workspace.container.resolve(Hold).refresh();

    const { status, body } = await test('bob@example.com');

    expect([status, body['code']]).to.deep.equal([409, 'workspace_held']);
  });

  it('is for administrators, with an address', async () => {
    const answers = [
      await host.as(host.manager).post(`${path}/test`, { to: 'ada@example.com' }),
      await host.as().post(`${path}/test`, { to: 'ada@example.com' }),
      await test('nobody'),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([403, 401, 422]);
  });
});
