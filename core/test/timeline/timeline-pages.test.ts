import { randomUUID } from 'node:crypto';
import { createTestHost } from '@trellis-crm/sdk/testing';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('the timeline of a record page', () => {
  let host: TestHost;
  let account: string;

  before(async () => {
    host = await createTestHost();
    const { body } = await host.as(host.user).post('/api/v1/accounts', { name: 'Northwind' });
    account = String(body['id']);
  });

  after(() => host.close());

  const page = async (rest = ''): Promise<string> =>
    (await host.as(host.user).page(`/accounts/${account}${rest}`)).text;
  const write = (form: Readonly<Record<string, string>>) =>
    host.as(host.user).submit(`/accounts/${account}/activities`, form);
  const log = async (input: object): Promise<string> => {
    const links = [{ entity: 'core.account', id: account }];
    const { body } = await host
      .as(host.user)
      .post('/api/v1/activities', { kind: 'call', subject: 'A call', links, ...input });
    return String(body['id']);
  };
  const activity = async (id: string) => (await host.as(host.user).get(`/api/v1/activities/${id}`)).body;

  it('says what happened, by whom, and escapes what people wrote', async () => {
    await log({ kind: 'note', subject: '<b>bold</b>', body: 'first\n<script>alert(1)</script>' });

    const html = await page();

    expect(html).to.include('&lt;b&gt;bold&lt;/b&gt;').and.not.include('<script>alert');
    expect(html).to.include('added the account').and.include(host.user.name);
  });

  it('says which fields changed, from what to what', async () => {
    await host.as(host.user).patch(`/api/v1/accounts/${account}`, { industry: 'Logistics' }, { 'If-Match': '*' });
    await host.as(host.user).patch(`/api/v1/accounts/${account}`, { industry: 'Shipping' }, { 'If-Match': '*' });

    expect(await page()).to.include('<del>Logistics</del> <ins>Shipping</ins>');
  });

  describe('POST /<path>/:id/activities', () => {
    it('adds a note whose first line is its subject', async () => {
      const { status, headers } = await write({ kind: 'note', body: 'Wants the price list\nby Friday' });

      expect([status, headers.get('location')]).to.deep.equal([303, `/accounts/${account}#timeline`]);
      expect(await page())
        .to.include('Wants the price list')
        .and.include('by Friday');
    });

    it('adds a call with what is known of it', async () => {
      await write({ kind: 'call', subject: 'Discount', direction: 'outbound', outcome: 'reached', duration: '0:15' });

      expect(await page('?compose=call')).to.include('Call · From us · Reached · 0:15');
    });

    it('plans what has a due time', async () => {
      await write({ kind: 'meeting', subject: 'Review', dueAt: '2030-03-01T10:00' });

      expect(await page()).to.match(/To do[\s\S]*Review[\s\S]*due/);
    });

    it('adds a task for somebody else, which comes again and reminds them', async () => {
      const own = { kind: 'task', subject: 'Ask for the order', dueAt: '2030-03-04T10:00', owner: host.user.userId };
      const { status } = await host
        .as(host.manager)
        .submit(`/accounts/${account}/activities`, { ...own, priority: 'high', remind: '60', repeat: 'weekly' });

      const { body } = await host.as(host.user).get('/api/v1/activities?filter[subject]=Ask for the order');
      expect(status).to.equal(303);
      expect(body['data']?.[0]).to.deep.include({
        kind: 'task',
        owner: host.user.userId,
        priority: 'high',
        dueAt: '2030-03-04T10:00:00.000Z',
        remindAt: '2030-03-04T09:00:00.000Z',
        recurrence: 'FREQ=WEEKLY;BYDAY=MO',
      });
    });

    it('adds a task without a due time to what is to do, until it is done', async () => {
      await write({ kind: 'task', subject: 'Some time soon' });
      const toDo = await page();
      const [, action = ''] = /action="([^"]*completion)"/.exec(toDo.slice(toDo.indexOf('Some time soon'))) ?? [];
      await host.as(host.user).submit(action, {});

      expect(toDo).to.match(/To do<\/h3>[\s\S]*Some time soon[\s\S]*timeline-day/);
      expect(toDo.match(/Some time soon<\/a>/g)).to.have.length(1);
      expect((await page()).slice(toDo.indexOf('To do</h3>'))).to.match(/timeline-day[\s\S]*Some time soon/);
    });

    it('refuses a task without a text, one that is to come again at no time, or for somebody whom one may give none', async () => {
      const silent = await write({ kind: 'task', dueAt: '2030-03-04T10:00' });
      const timeless = await write({ kind: 'task', subject: 'Some day', remind: '60' });
      const broken = await write({ kind: 'task', subject: 'Some day', dueAt: 'soon' });
      const others = { kind: 'task', subject: 'Not mine', dueAt: '2030-03-04T10:00', owner: host.admin.userId };
      const given = await write(others);

      expect([silent, timeless, broken, given].map(({ status }) => status)).to.deep.equal([422, 422, 422, 422]);
      expect(given.text).to.include('You may not give records to this person');
      expect(timeless.text).to.match(/name="dueAt"[^>]*aria-invalid="true"/);
      expect(timeless.text).to.match(/<option value="60" selected/);
    });

    for (const kind of ['visit', 'voicemail', 'letter', 'fax', 'chat'])
      it(`adds a ${kind} with who took part in it`, async () => {
        const body = `What the ${kind} said`;
        const { status } = await write({ kind, body, 'participants.add.core.user': host.manager.userId });

        const { body: found } = await host.as(host.user).get(`/api/v1/activities?filter[kind]=${kind}`);
        expect(status).to.equal(303);
        expect(found['data']?.[0]).to.deep.include({
          subject: body,
          participants: [{ entity: 'core.user', id: host.manager.userId }],
        });
      });

    it('shows the form again with 422 when nothing was said, and what was typed', async () => {
      const { status, text } = await write({ kind: 'email', subject: '', body: '', occurredAt: 'nonsense' });

      expect(status).to.equal(422);
      expect(text).to.include('id="composer"').and.include('nonsense');
    });

    it('is not for those who only read, nor for a record that is not there', async () => {
      const reader = await host
        .as(host.readOnly)
        .submit(`/accounts/${account}/activities`, { kind: 'note', body: 'x' });
      const nowhere = await host
        .as(host.user)
        .submit(`/accounts/${randomUUID()}/activities`, { kind: 'note', body: 'x' });

      expect([reader.status, nowhere.status]).to.deep.equal([403, 404]);
      expect((await host.as(host.readOnly).page(`/accounts/${account}`)).text).to.not.include('id="composer"');
    });
  });

  it('has the form of each kind, alone for htmx and on the page without', async () => {
    const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };

    const alone = await host.as(host.user).page(`/accounts/${account}/composer?compose=email`, part);
    const plain = await host.as(host.user).page(`/accounts/${account}/composer?compose=email`);

    expect(alone.text)
      .to.match(/^\s*<section class="composer"/)
      .and.include('value="email"')
      .and.include('participants.add.core.contact')
      .and.include('compose&#x3D;visit');
    expect(await page('?compose=task'))
      .to.include('name="repeat"')
      .and.include(`value="${host.user.userId}"`);
    expect([plain.status, plain.headers.get('location')]).to.deep.equal([
      303,
      `/accounts/${account}?compose=email#composer`,
    ]);
    expect((await host.as(host.user).page(`/activities/${await log({})}/composer`)).status).to.equal(404);
  });

  it('marks as done, takes away and pins, each back on the page', async () => {
    const id = await log({ subject: 'Call back', dueAt: '2030-01-01T10:00:00Z' });
    const act = (what: string) => host.as(host.user).submit(`/accounts/${account}/timeline/${id}/${what}`, {});

    expect((await act('completion')).status).to.equal(303);
    expect((await activity(id))['doneAt']).to.be.a('string');
    expect((await act('pin')).status).to.equal(303);
    expect(await page()).to.match(/Pinned[\s\S]*Call back/);
    expect((await act('unpin')).status).to.equal(303);
    expect((await act('trash')).status).to.equal(303);
    expect((await host.as(host.user).get(`/api/v1/activities/${id}`)).status).to.equal(404);
    expect((await act('completion')).status).to.equal(404);
  });

  it('goes on where it was left, on a page of its own or as a part', async () => {
    for (let n = 0; n < 25; n += 1)
      await log({ kind: 'fax', subject: `Fax ${String(n).padStart(2, '0')}`, occurredAt: '2020-05-05T10:00:00Z' });
    const kinds = 'kinds=email,letter,fax,chat';
    const first = await page(`/timeline?${kinds}`);
    const [, more = ''] = /hx-get="([^"]*timeline\?[^"]*after=[^"]*)"/.exec(first) ?? [];

    const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    const rest = (await host.as(host.user).page(more.replaceAll('&amp;', '&'), part)).text;

    const faxes = [...`${first}${rest}`.matchAll(/Fax \d\d(?=<\/a>)/g)].map(([text]) => text);
    expect(new Set(faxes).size).to.equal(25);
    expect(faxes).to.have.length(25);
    expect(rest).to.not.include('timeline-day').and.not.include('<html');
  });
});
