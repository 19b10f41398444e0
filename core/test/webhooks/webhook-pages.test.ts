import { expect } from 'chai';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { startReceiver, type Receiver } from './receiver.js';
import { buildAccount, buildWebhook, openWebhookHost } from './webhook-lab.js';

describe('the pages about webhooks', () => {
  let host: CoreTestHost;
  let receiver: Receiver;

  before(async () => {
    host = await openWebhookHost();
    receiver = await startReceiver();
  });

  beforeEach(() => {
    receiver.received.length = 0;
    receiver.answer = (response) => void response.writeHead(204).end();
  });

  after(async () => {
    await host.close();
    await receiver.close();
  });

  const admin = () => host.as(host.admin);
  const at = ({ id }: { readonly id: string }, below = '') => `/settings/webhooks/${id}${below}`;

  it('make a webhook from a form, and show its secret this once', async () => {
    const empty = await admin().page('/settings/webhooks');
    const form = await admin().page('/settings/webhooks/new');
    const made = await admin().submit('/settings/webhooks', { url: receiver.url, topics: 'core.account.*' });
    const href = /\/settings\/webhooks\/[0-9a-f-]{36}/.exec(made.text)?.[0] ?? '';
    const shown = await admin().page(href);

    expect(empty.text).to.contain('No webhooks yet');
    expect(form.text).to.contain('Accounts: all events').and.contain('core.contact-updated');
    expect(made.status).to.equal(200);
    expect(made.text).to.match(/whsec_[A-Za-z0-9+/]{32}/);
    expect(shown.text).to.contain(receiver.url).and.not.contain('whsec_');
  });

  it('show what is wrong in the form, and keep what was typed', async () => {
    const { status, text } = await admin().submit('/settings/webhooks', {
      url: 'http://10.0.0.1/x',
      description: 'Into the cellar',
      topics: 'core.contact.*',
    });

    expect(status).to.equal(422);
    expect(text).to.contain('This address is private').and.contain('Into the cellar');
    expect(text).to.match(/value="core\.contact\.\*" checked/);
  });

  it('change, pause, resume, remove and take back', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    const edit = await admin().page(at(webhook, '/edit'));
    await admin().submit(at(webhook, '/edit'), { url: receiver.url, description: 'ERP', topics: '*', _version: '1' });
    await admin().submit(at(webhook, '/state'), { state: 'paused' });
    const paused = await admin().page(at(webhook));
    await admin().submit(at(webhook, '/state'), { state: 'active' });
    await admin().submit(at(webhook, '/removal'), {});
    const gone = await admin().page(at(webhook));
    const back = await admin().submit(at(webhook, '/restoration'), {});

    expect(edit.text).to.contain(receiver.url);
    expect(paused.text).to.contain('ERP').and.contain('Somebody paused it');
    expect([gone.status, back.status]).to.deep.equal([404, 303]);
    expect((await admin().page(at(webhook))).text).to.contain('Pause');
  });

  it('send a test event and show what came back, as text', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(500).end('<script>alert(1)</script>');

    const { headers } = await admin().submit(at(webhook, '/test'), {});
    const { text } = await admin().page(headers.get('location') ?? '');

    expect(text).to.contain('Answer 500').and.contain('&lt;script&gt;alert(1)').and.not.contain('<script>alert');
  });

  it('show the log, and send a message again', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    await buildAccount(host);
    await host.settle();
    const log = await admin().page(at(webhook, '?state=delivered'));
    const delivery = /\/deliveries\/[0-9a-f-]{36}/.exec(log.text)?.[0] ?? '';
    const before = receiver.received.filter(({ body }) => body.includes('account')).length;
    const replayed = await admin().submit(at(webhook, `${delivery}/replay`), {});
    await host.settle();

    expect(log.text).to.contain('Account created');
    expect((await admin().page(at(webhook, delivery))).text).to.contain('Answer 204');
    expect(replayed.status).to.equal(303);
    expect(receiver.received.filter(({ body }) => body.includes('account')).length).to.equal(before + 1);
    expect((await admin().page(at(webhook, '?state=failed'))).text).to.contain('No messages here');
    expect((await admin().submit(at(webhook, '/replays'), {})).status).to.equal(303);
  });

  it('say that a message waits while the webhook is paused', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    await buildAccount(host);
    await host.settle();
    await admin().submit(at(webhook, '/state'), { state: 'paused' });
    const delivery = /\/deliveries\/[0-9a-f-]{36}/.exec((await admin().page(at(webhook))).text)?.[0] ?? '';

    const replayed = await admin().submit(at(webhook, `${delivery}/replay`), {});

    const [, flash = ''] = /flash=([\w-]+)/.exec(replayed.headers.get('set-cookie') ?? '') ?? [];
    expect(Buffer.from(flash, 'base64url').toString()).to.contain('when the webhook is resumed');
  });

  it('make a new secret', async () => {
    const webhook = await buildWebhook(host, receiver.url);

    const { text } = await admin().submit(at(webhook, '/secret'), {});

    expect(text)
      .to.match(/whsec_[A-Za-z0-9+/]{32}/)
      .and.not.contain(webhook.secret);
    expect((await admin().page(at(webhook))).text).to.contain('The former secret signs too');
  });

  it('are for administrators of webhooks', async () => {
    expect((await host.as(host.user).page('/settings/webhooks')).status).to.equal(403);
  });
});
