import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('the pages about mail', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const client = () => host.as(host.admin);
  const none = '00000000-0000-7000-8000-000000000000';

  it('say what to do before a server is set, and take one', async () => {
    const before = await client().page('/settings/mail');
    const saved = await client().submit('/settings/mail', {
      ...{ host: 'mail.example.com', port: '465', security: 'tls', user: 'crm', password: ' with spaces ' },
      ...{ senderName: 'Oak', senderAddress: 'crm@example.com' },
    });
    const after = await client().page('/settings/mail');

    expect(before.text).to.contain('No mail leaves yet');
    expect(saved.status).to.equal(303);
    expect(after.text).to.contain('mail.example.com').and.not.contain('with spaces');
  });

  it('show what is wrong in the form, where a test failed, and keep what was typed', async () => {
    const refused = await client().submit('/settings/mail', { host: 'x', port: '99999', security: 'tls' });
    await client().submit('/settings/mail', {
      ...{ host: '127.0.0.1', port: '1', security: 'none', password: 'p', user: 'u', senderAddress: 'crm@example.com' },
    });
    const failed = await client().submit('/settings/mail/test', { to: 'ada@example.com' });
    const nobody = await client().submit('/settings/mail/test', { to: 'nobody' });

    expect([refused.status, failed.status, nobody.status]).to.deep.equal([422, 422, 422]);
    expect(refused.text).to.contain('value="99999"');
    expect(failed.text).to.contain('The server could not be reached').and.contain('value="ada@example.com"');
  });

  it('list mails, show their text, and their HTML where nothing can run', async () => {
    await client().patch('/api/v1/settings/mail', { host: null, password: null }, { 'If-Match': '*' });
    await host.tx('core', (tx) =>
      tx.mail.send({
        ...{ to: { email: 'ada@example.com' }, kind: 'greeting' },
        write: () => ({ subject: 'Greetings', paragraphs: ['Good day'] }),
      }),
    );
    const list = await client().page('/mails?state=kept');
    const path = /\/mails\/[0-9a-f-]{36}/.exec(list.text)?.[0] ?? '';
    const detail = await client().page(path);
    const html = await client().page(`${path}/html`);
    const dropped = await client().submit(`${path}/removal`, {});

    expect(list.text).to.contain('Greetings');
    expect(detail.text).to.contain('Good day');
    expect(html.headers.get('content-security-policy')).to.contain("default-src 'none'").and.contain('sandbox');
    expect(html.text).to.contain('<h1>Greetings</h1>');
    expect([dropped.status, (await client().page('/mails?state=dropped')).text.includes(path)]).to.deep.equal([
      303,
      true,
    ]);
  });

  it('are for administrators: 403, 404', async () => {
    const answers = [
      await host.as(host.manager).page('/settings/mail'),
      await host.as(host.manager).page('/mails'),
      await client().page(`/mails/${none}`),
      await client().page(`/mails/${none}/html`),
      await client().submit(`/mails/${none}/dispatch`, {}),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 404, 404, 404]);
  });
});
