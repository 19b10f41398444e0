import { expect } from 'chai';
import { Webhook } from 'standardwebhooks';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { startReceiver, type ReceivedMessage, type Receiver } from './receiver.js';
import { buildAccount, buildWebhook, openWebhookHost, readLog } from './webhook-lab.js';

const hourMs = 3_600_000;

describe('a webhook', () => {
  let host: CoreTestHost;
  let receiver: Receiver;

  beforeEach(async () => {
    host = await openWebhookHost();
    receiver = await startReceiver();
  });

  afterEach(async () => {
    await host.close();
    await receiver.close();
  });

  it('gets a signed message that names the record and what changed, and nothing of its values', async () => {
    const { secret } = await buildWebhook(host, receiver.url);
    const { id } = await buildAccount(host, 'Secret Name Ltd');
    await host.as(host.admin).patch(`/api/v1/accounts/${id}`, { name: 'Other Ltd' }, { 'If-Match': '"1"' });

    await host.settle();

    expect(receiver.received.map((message) => verify(message, secret))).to.deep.equal([
      { type: 'core.account-created', data: { id, version: 1, changed: [] } },
      { type: 'core.account-updated', data: { id, version: 2, changed: ['name'] } },
    ]);
    expect(receiver.received[0]?.headers['webhook-id']).to.match(/^msg_[0-9a-f]{32}$/);
    expect(receiver.received[0]?.body).not.to.include('Secret Name');
  });

  it('would be refused with another secret or a changed body', async () => {
    const { secret } = await buildWebhook(host, receiver.url);
    await buildAccount(host);
    await host.settle();
    const [message] = receiver.received as [ReceivedMessage];

    expect(() => verify(message, `whsec_${Buffer.alloc(24).toString('base64')}`)).to.throw();
    expect(() => verify({ ...message, body: `${message.body} ` }, secret)).to.throw();
  });

  it('gets only what it asked for', async () => {
    await buildWebhook(host, `${receiver.url}?one`, ['core.account-updated']);
    await buildWebhook(host, `${receiver.url}?contacts`, ['core.contact.*']);
    await buildWebhook(host, `${receiver.url}?all`, ['*']);
    await buildAccount(host);

    await host.settle();

    expect(receiver.received.map(({ path }) => path)).to.deep.equal(['/hook?all']);
  });

  it('is told of the same event under the same id, whichever webhook it is', async () => {
    await buildWebhook(host, receiver.url, ['*']);
    await buildWebhook(host, receiver.url, ['core.account.*', '*']);
    await buildAccount(host);

    await host.settle();

    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).to.have.length(2);
    expect(new Set(ids).size).to.equal(1);
  });

  it('is not sent to when what happened was rolled back', async () => {
    await buildWebhook(host, receiver.url, ['*']);

    await host.as(host.admin).post('/api/v1/accounts', { name: '' });
    await host.settle();

    expect(receiver.received).to.deep.equal([]);
  });

  it('is tried again after a failure, with the same message, until it succeeds', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(500).end('out of order');
    await buildAccount(host);
    await host.settle();
    const [failed] = await readLog(host, webhook);
    receiver.answer = (response) => void response.writeHead(200).end('thanks');

    host.clock.advance(10_000);
    await host.settle();

    expect(failed).to.deep.include({ state: 'waiting', attempts: 1 });
    expect(failed?.['last']).to.deep.include({ status: 500, error: null, answer: 'out of order' });
    const [delivered] = await readLog(host, webhook);
    expect(delivered).to.deep.include({ state: 'delivered', attempts: 2, nextAt: null });
    expect(receiver.received[0]?.body).to.equal(receiver.received[1]?.body);
    expect(receiver.received[0]?.headers['webhook-id']).to.equal(receiver.received[1]?.headers['webhook-id']);
    for (const message of receiver.received) verify(message, webhook.secret, Infinity);
  });

  it('is given up after eight tries over about a day, paused then, and its administrators can be told', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(503).end();
    await buildAccount(host);
    const startedAt = host.clock.now().getTime();
    await host.settle();
    for (let round = 0; round < 60 && String((await readLog(host, webhook))[0]?.['state']) === 'waiting'; round += 1) {
      host.clock.advance(hourMs / 2);
      await host.settle();
    }

    const { body } = await host.as(host.admin).get(`/api/v1/webhooks/${webhook.id}`);
    expect(receiver.received).to.have.length(8);
    expect(host.clock.now().getTime() - startedAt).to.be.within(18 * hourMs, 32 * hourMs);
    expect((await readLog(host, webhook))[0]).to.deep.include({ state: 'failed', attempts: 8 });
    expect(body).to.deep.include({ state: 'paused', stateReason: 'failing', failures: 8 });
    const told = await host.sql(`select payload from core.events where type = 'core.webhook-stopped'`);
    expect(told).to.deep.equal([{ payload: { webhookId: webhook.id, reason: 'failing' } }]);
    expect((await host.as(host.admin).get('/api/v1/notifications')).text).to.contain(
      `/settings/webhooks/${webhook.id}`,
    );
  });

  it('collects while it is paused, and gets it all when it is resumed', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    const admin = host.as(host.admin);
    await admin.patch(`/api/v1/webhooks/${webhook.id}`, { state: 'paused' }, { 'If-Match': '*' });
    await buildAccount(host);
    await host.settle();
    const before = receiver.received.length;

    await admin.patch(`/api/v1/webhooks/${webhook.id}`, { state: 'active' }, { 'If-Match': '*' });
    await host.settle();

    expect([before, receiver.received.length]).to.deep.equal([0, 1]);
  });

  it('is disabled by a 410, and nothing waits for it any more', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(410).end();
    await buildAccount(host, 'First');
    await host.settle();
    await buildAccount(host, 'Second');
    await host.settle();

    const { body } = await host.as(host.admin).get(`/api/v1/webhooks/${webhook.id}`);
    expect(body).to.deep.include({ state: 'disabled', stateReason: 'gone' });
    expect(receiver.received).to.have.length(1);
    expect((await readLog(host, webhook)).map(({ state }) => state)).to.deep.equal(['failed']);
  });

  it('waits as long as its receiver asks', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(429, { 'Retry-After': '7200' }).end();
    await buildAccount(host);
    await host.settle();

    host.clock.advance(hourMs);
    await host.settle();
    const early = receiver.received.length;
    host.clock.advance(hourMs + 60_000);
    await host.settle();

    expect([early, receiver.received.length]).to.deep.equal([1, 2]);
    expect((await readLog(host, webhook))[0]).to.deep.include({ attempts: 2 });
  });

  it('gets the messages of one record in their order, and is not held up by one that failed', async () => {
    await buildWebhook(host, receiver.url);
    const { id } = await buildAccount(host);
    for (const version of [1, 2, 3, 4, 5])
      await host
        .as(host.admin)
        .patch(`/api/v1/accounts/${id}`, { name: `Name ${version}` }, { 'If-Match': `"${version}"` });
    receiver.answer = (response, { body }) => void response.writeHead(/"version": ?3/.test(body) ? 500 : 200).end();

    await host.settle();

    expect(receiver.received.map(versionOf)).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('follows no redirect, and keeps 4 KB of an answer', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(302, { Location: '/other' }).end('x'.repeat(10_000));
    await buildAccount(host);

    await host.settle();

    expect(receiver.received.map(({ path }) => path)).to.deep.equal(['/hook']);
    const [{ last } = {}] = await readLog(host, webhook);
    expect(last?.['status']).to.equal(302);
    expect(String(last?.['answer'])).to.have.length(4096);
  });

  it('is signed with both secrets after a rotation, until the former one is over', async () => {
    const { id, secret: former } = await buildWebhook(host, receiver.url);
    const { body } = await host.as(host.admin).post(`/api/v1/webhooks/${id}/secret`, { overlapHours: 2 });
    const secret = String(body['secret']);
    await buildAccount(host);
    await host.settle();
    host.clock.advance(3 * hourMs);
    await buildAccount(host, 'Late');
    await host.settle();

    const [early, late] = receiver.received as [ReceivedMessage, ReceivedMessage];
    expect(secret).not.to.equal(former);
    verify(early, former);
    verify(early, secret);
    verify(late, secret, Infinity);
    expect(() => verify(late, former, Infinity)).to.throw();
  });

  it('sends nothing from a copy that cannot read its secret', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    await host.sql(`update core.webhooks set secret = '{"$sealed": "v1.AAAA.AAAA.AAAA"}'`);
    await buildAccount(host);

    await host.settle();

    expect(receiver.received).to.deep.equal([]);
    expect((await readLog(host, webhook))[0]?.['last']).to.deep.include({ error: 'webhook_secret_unreadable' });
  });

  it('keeps its secret out of the database and the audit log', async () => {
    const { secret } = await buildWebhook(host, receiver.url);

    const rows = await host.sql(`
      select w.secret::text || w.url as text from core.webhooks w
      union all select changes::text from core.audit_log union all select payload::text from core.events`);

    for (const { text } of rows) expect(String(text)).not.to.include(secret.slice(6));
    expect(await host.sql(`select verb from core.audit_log where entity = 'core.webhook'`)).to.deep.equal([
      { verb: 'created' },
    ]);
  });
});

/** What an independent implementation makes of a message, without its time. @throws when the signature is wrong */
function verify({ headers, body }: ReceivedMessage, secret: string, toleranceSeconds = 300): unknown {
  const signed = { ...(headers as Record<string, string>) };
  if (toleranceSeconds === Infinity) {
    verifyAtItsTime(signed, body, secret);
    return null;
  }
  const { type, timestamp, data } = new Webhook(secret).verify(body, signed) as Record<string, unknown>;
  expect(String(timestamp)).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  return { type, data };
}

/** The library judges by the wall's clock, which tests do not move. */
function verifyAtItsTime(headers: Record<string, string>, body: string, secret: string): void {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000);
  const expected = new Webhook(secret).sign(headers['webhook-id'] ?? '', at, body);
  if (!headers['webhook-signature']?.split(' ').includes(expected)) throw new Error('no signature matches');
}

function versionOf({ body }: ReceivedMessage): number {
  return (JSON.parse(body) as { data: { version: number } }).data.version;
}
