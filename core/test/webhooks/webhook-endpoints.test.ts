import { expect } from 'chai';
import type { TestBody } from '@trellis-crm/sdk/testing';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { startReceiver, type Receiver } from './receiver.js';
import { buildAccount, buildWebhook, openWebhookHost, readLog } from './webhook-lab.js';

const path = '/api/v1/webhooks';
const nowhere = '01900000-0000-7000-8000-000000000000';

describe('/api/v1/webhooks', () => {
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

  it('makes a webhook and shows its secret this once', async () => {
    const { status, body, headers } = await admin().post(path, {
      url: receiver.url,
      topics: ['*'],
      description: 'ERP',
    });

    expect(status).to.equal(201);
    expect(body).to.deep.include({ url: receiver.url, topics: ['*'], description: 'ERP', state: 'active', version: 1 });
    expect(String(body['secret'])).to.match(/^whsec_[A-Za-z0-9+/]{32}$/);
    const shown = await admin().get(headers.get('location') ?? '');
    expect(shown.body).not.to.have.property('secret');
    expect((await admin().get(path)).text).not.to.include(String(body['secret']));
  });

  it('lists every event there is, with a wildcard for each entity', async () => {
    const { body } = await admin().get(`${path}/topics`);

    const topics = (body['data'] as unknown as TestBody[]).map(({ topic }) => String(topic));
    expect(topics).to.include.members(['*', 'core.account.*', 'core.contact-merged', 'core.webhook-stopped']);
    expect(new Set(topics).size).to.equal(topics.length);
  });

  for (const [url, code] of [
    ['ftp://example.com/', 'outbound_url_invalid'],
    ['https://me:secret@example.com/', 'outbound_url_invalid'],
    ['http://169.254.169.254/latest', 'outbound_address_refused'],
    ['http://2130706434/', 'outbound_address_refused'],
    ['http://[::ffff:10.0.0.1]/', 'outbound_address_refused'],
  ] as const) {
    it(`refuses ${url}`, async () => {
      const { status, body } = await admin().post(path, { url, topics: ['*'] });

      expect(status).to.equal(422);
      expect(body['errors']?.[0]).to.deep.include({ pointer: '/url', code });
    });
  }

  it('refuses events that do not exist, and bodies that say something else', async () => {
    const unknown = await admin().post(path, { url: receiver.url, topics: ['core.account.*', 'core.nothing'] });
    const others = await Promise.all(
      [{}, { url: receiver.url, topics: [] }, { url: receiver.url, topics: ['*'], secret: 'mine' }].map((body) =>
        admin().post(path, body),
      ),
    );

    expect(unknown.body['errors']?.[0]).to.deep.include({ pointer: '/topics/1', code: 'unknown_topic' });
    expect(others.map(({ status }) => status)).to.deep.equal([422, 422, 422]);
  });

  it('changes what is given, and refuses a version that is gone', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    const changed = await admin().patch(`${path}/${id}`, { topics: ['core.contact.*'] }, { 'If-Match': '"1"' });
    const stale = await admin().patch(`${path}/${id}`, { description: 'late' }, { 'If-Match': '"1"' });
    const unguarded = await admin().patch(`${path}/${id}`, { description: 'x' });

    expect([changed.status, stale.status, unguarded.status]).to.deep.equal([200, 412, 428]);
    expect(changed.body).to.deep.include({ topics: ['core.contact.*'], url: receiver.url, version: 2 });
  });

  it('pauses and resumes', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    const paused = await admin().patch(`${path}/${id}`, { state: 'paused' }, { 'If-Match': '*' });
    const active = await admin().patch(`${path}/${id}`, { state: 'active' }, { 'If-Match': '*' });
    const disabled = await admin().patch(`${path}/${id}`, { state: 'disabled' }, { 'If-Match': '*' });

    expect(paused.body).to.deep.include({ state: 'paused', stateReason: 'person' });
    expect(active.body).to.deep.include({ state: 'active', stateReason: null });
    expect(disabled.status).to.equal(422);
  });

  it('removes one, which is told nothing any more, and takes that back', async () => {
    const { id } = await buildWebhook(host, `${receiver.url}?removed`);
    const removed = await admin().delete(`${path}/${id}`);
    const gone = await admin().get(`${path}/${id}`);
    await buildAccount(host);
    await host.settle();
    const heard = receiver.received.filter(({ path: to }) => to === '/hook?removed').length;
    const restored = await admin().post(`${path}/${id}/restoration`);

    expect([removed.status, gone.status, restored.status, heard]).to.deep.equal([204, 404, 200, 0]);
    expect((await admin().post(`${path}/${id}/restoration`)).status).to.equal(404);
    await admin().delete(`${path}/${id}`);
  });

  it('sends a test event at once and says what came back', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    receiver.answer = (response) => void response.writeHead(418).end('teapot');

    const { status, body } = await admin().post(`${path}/${id}/test`);

    expect(status).to.equal(201);
    expect(body).to.deep.include({ type: 'core.webhook-test', state: 'failed' });
    expect(body['last']).to.deep.include({ status: 418, answer: 'teapot' });
    expect(receiver.received.map(({ body: sent }) => (JSON.parse(sent) as { data: object }).data)).to.deep.equal([{}]);
  });

  it('limits tests', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    host.clock.advance(120_000);
    const statuses: number[] = [];
    for (let count = 0; count < 11; count += 1) statuses.push((await admin().post(`${path}/${id}/test`)).status);

    expect(statuses.slice(9)).to.deep.equal([201, 429]);
    expect(receiver.received).to.have.length(10);
    host.clock.advance(120_000);
  });

  it('sends nothing, not even a test, from a restored copy', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    await host.sql(`insert into core.holds (since, reason) values (now(), 'restored')`);
    await host.workspace.container.resolve((await import('../../dist/hold/index.js')).Hold).refresh();

    const { status, body } = await admin().post(`${path}/${id}/test`);

    await host.sql('delete from core.holds');
    await host.workspace.container.resolve((await import('../../dist/hold/index.js')).Hold).refresh();
    expect([status, body['code'] as unknown]).to.deep.equal([409, 'workspace_held']);
    expect(receiver.received).to.deep.equal([]);
  });

  it('shows the log page by page and by state, and each message with its tries', async () => {
    const webhook = await buildWebhook(host, `${receiver.url}/log`);
    for (const name of ['One', 'Two', 'Three']) await buildAccount(host, name);
    await host.settle();

    const first = await admin().get(`${path}/${webhook.id}/deliveries?limit=2`);
    const next = String(first.body['page']?.['next']);
    const second = await admin().get(`${path}/${webhook.id}/deliveries?limit=2&after=${next}`);
    const failed = await admin().get(`${path}/${webhook.id}/deliveries?state=failed`);
    const [newest] = await readLog(host, webhook);
    const detail = await admin().get(`${path}/${webhook.id}/deliveries/${String(newest?.['id'])}`);

    expect([first, second, failed].map(({ body }) => (body['data'] as unknown as []).length)).to.deep.equal([2, 1, 0]);
    expect(second.body['page']?.['next']).to.equal(null);
    expect(detail.body['tries']).to.have.length(1);
    expect(JSON.parse(String(detail.body['body']))).to.deep.include({ type: 'core.account-created' });
    for (const query of ['limit=0', 'limit=201', 'after=x', 'state=none', 'other=1'])
      expect((await admin().get(`${path}/${webhook.id}/deliveries?${query}`)).status, query).to.equal(400);
  });

  it('sends one message again, and all that failed since', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    await buildAccount(host);
    await host.settle();
    const [delivery] = await readLog(host, webhook);
    receiver.received.length = 0;

    const one = await admin().post(`${path}/${webhook.id}/deliveries/${String(delivery?.['id'])}/replay`);
    await host.settle();
    const heardOnce = receiver.received.length;
    await host.sql(`update core.webhook_deliveries set state = 'failed' where webhook_id = ?`, [webhook.id]);
    const since = new Date(host.clock.now().getTime() - 3_600_000).toISOString();
    const backlog = (await admin().get(`${path}/${webhook.id}`)).body;
    const all = await admin().post(`${path}/${webhook.id}/replays`, { since });
    await host.settle();

    expect([one.status, all.status, heardOnce, receiver.received.length]).to.deep.equal([202, 202, 1, 2]);
    expect(all.body).to.deep.equal({ count: 1 });
    expect(backlog).to.deep.include({ waiting: 0, failed: 1 });
    expect((await readLog(host, webhook))[0]).to.deep.include({ state: 'delivered' });
  });

  it('sends nothing again to a webhook whose receiver is gone, and says so', async () => {
    const webhook = await buildWebhook(host, receiver.url);
    await buildAccount(host);
    await host.settle();
    const [delivery] = await readLog(host, webhook);
    await host.sql(`update core.webhooks set state = 'disabled', state_reason = 'gone' where id = ?`, [webhook.id]);
    const since = new Date(host.clock.now().getTime() - 3_600_000).toISOString();
    const replay = `/deliveries/${String(delivery?.['id'])}/replay`;

    const answers = [
      await admin().post(`${path}/${webhook.id}${replay}`),
      await admin().post(`${path}/${webhook.id}/replays`, { since }),
    ];
    const page = await admin().submit(`/settings/webhooks/${webhook.id}${replay}`, {});

    expect(answers.map(({ status, body }) => [status, String(body['code'])])).to.deep.equal([
      [409, 'webhook_not_active'],
      [409, 'webhook_not_active'],
    ]);
    expect(page.status).to.equal(303);
    expect((await readLog(host, webhook))[0]).to.deep.include({ state: 'delivered' });
  });

  it('refuses moments that no clock has', async () => {
    const { id } = await buildWebhook(host, receiver.url);

    const { status, body } = await admin().post(`${path}/${id}/replays`, { since: '2016-12-31T23:59:60Z' });

    expect([status, body['errors']?.[0]?.['code']] as unknown).to.deep.equal([422, 'not_a_moment']);
  });

  it('answers 404 for what is not there', async () => {
    const { id } = await buildWebhook(host, receiver.url);
    const answers = await Promise.all([
      admin().get(`${path}/${nowhere}`),
      admin().patch(`${path}/${nowhere}`, {}, { 'If-Match': '*' }),
      admin().delete(`${path}/${nowhere}`),
      admin().post(`${path}/${nowhere}/secret`, {}),
      admin().post(`${path}/${nowhere}/test`),
      admin().post(`${path}/${nowhere}/replays`, { since: '2026-01-01T00:00:00Z' }),
      admin().get(`${path}/${nowhere}/deliveries`),
      admin().get(`${path}/${id}/deliveries/${nowhere}`),
      admin().post(`${path}/${id}/deliveries/${nowhere}/replay`),
    ]);

    expect(answers.map(({ status }) => status)).to.deep.equal(answers.map(() => 404));
  });

  it('is for administrators of webhooks only', async () => {
    for (const user of [host.manager, host.user, host.readOnly])
      expect((await host.as(user).get(path)).status).to.equal(403);
    expect((await host.as().get(path)).status).to.equal(401);
  });

  it('makes no more than fifty', async () => {
    const [{ count } = { count: 0 }] = await host.sql(
      'select count(*)::integer as count from core.webhooks where deleted_at is null',
    );
    for (let made = Number(count); made < 50; made += 1) await buildWebhook(host, receiver.url);

    const { status, body } = await admin().post(path, { url: receiver.url, topics: ['*'] });

    expect([status, body['code'] as unknown]).to.deep.equal([409, 'too_many_webhooks']);
  });
});
