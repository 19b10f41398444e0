import { Account, type Notice, type NoticeReceiver } from '@trellis-crm/sdk';
import type { TestUser } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import type { CoreTestHost } from '../../dist/testing/index.js';
import { inboxOf, openToldLab, type ToldLab } from './told-lab.js';

const path = '/api/v1/notifications';
const minuteMs = 60_000;

describe('notifications', function () {
  this.timeout(30_000);
  let lab: ToldLab;
  let host: CoreTestHost;
  before(async () => {
    lab = await openToldLab();
    ({ host } = lab);
  });
  after(() => lab.close());
  beforeEach(() => host.sql('delete from core.notifications'));

  const greet = async (to: NoticeReceiver, notice: Notice = {}, by?: TestUser) => {
    await host.tx('greeter', (tx) => tx.notify(to, 'greeter.greeted', notice), by);
    await host.settle();
  };
  const account = async (owner: TestUser, name = 'Oak') => {
    const { body } = await host.as(owner).post('/api/v1/accounts', { name });
    return String(body['id']);
  };
  const update = (id: string, body: object, by = host.admin) =>
    host.as(by).patch(`/api/v1/accounts/${id}`, body, { 'If-Match': '*' });

  it('tell people after the commit, with who did it and what it is about, and never that person', async () => {
    const id = await account(host.user);

    await greet([host.user.userId, host.manager.userId], { record: { entity: 'core.account', id } }, host.manager);

    const { lines, unread } = await inboxOf(host, host.user);
    expect(unread).to.equal(1);
    expect(lines[0]).to.deep.include({ kind: 'greeter.greeted', href: `/accounts/${id}`, count: 1, readAt: null });
    expect(lines[0]?.text).to.equal(`${host.manager.name} greets you about Oak`);
    expect((await inboxOf(host, host.manager)).lines).to.deep.equal([]);
  });

  it('say nothing when their transaction is rolled back', async () => {
    await host
      .tx('greeter', async (tx) => {
        await tx.notify(host.user.userId, 'greeter.greeted');
        throw new Error('no');
      })
      .catch(() => undefined);
    await host.settle();

    expect((await inboxOf(host, host.user)).lines).to.deep.equal([]);
  });

  it('reach all who hold a right, and nobody who may not sign in', async () => {
    const gone = await host.buildUser();
    await host.sql(`update core.users set status = 'inactive' where id = ?`, [gone.userId]);

    await greet({ holding: 'core.role:administer' });
    await greet(gone.userId);

    const rows = await host.sql('select user_id from core.notifications');
    expect(rows).to.deep.equal([{ user_id: host.admin.userId }]);
  });

  it('become one line with a count while it is unread, and a new one after', async () => {
    const record = { entity: 'core.account', id: await account(host.user) };
    await greet(host.user.userId, { record });
    await greet(host.user.userId, { record });
    const [first] = (await inboxOf(host, host.user)).lines;
    await host.as(host.user).request('PUT', `${path}/${first?.id ?? ''}/reading`);
    await greet(host.user.userId, { record });

    const { lines, unread } = await inboxOf(host, host.user);
    expect(lines.map(({ count, readAt }) => [count, readAt !== null])).to.deep.equal([
      [1, false],
      [2, true],
    ]);
    expect(unread).to.equal(1);
  });

  it('show nothing of a record that the reader may not read any more', async () => {
    const id = await account(host.user, 'Secret Oak');
    await greet(host.user.userId, { record: { entity: 'core.account', id } }, host.manager);
    await host.as(host.admin).delete(`/api/v1/accounts/${id}`, { 'If-Match': '*' });

    const { lines } = await inboxOf(host, host.user);
    const page = await host.as(host.user).page('/inbox');

    expect(lines[0]).to.deep.include({ kind: 'core.hidden', record: null, href: null });
    expect(JSON.stringify(lines) + page.text).to.not.contain('Secret Oak');
    expect(JSON.stringify(lines)).to.not.contain(id).and.not.contain(host.manager.name).and.not.contain('core.account');
  });

  it('tell that a record was assigned, but not whoever assigned it to themselves', async () => {
    const [mine, theirs] = [await account(host.admin), await account(host.admin)];

    await update(mine, { owner: host.user.userId });
    await update(theirs, { owner: host.manager.userId }, host.manager);
    await update(mine, { description: 'no news' });
    await host.settle();

    const { lines } = await inboxOf(host, host.user);
    expect(lines.map(({ text }) => text)).to.deep.equal([`${host.admin.name} assigned Oak to you`]);
    expect((await inboxOf(host, host.manager)).lines).to.deep.equal([]);
  });

  it('tell of many records of one change in one line', async () => {
    const ids = [await account(host.admin), await account(host.admin), await account(host.admin)];
    await host.tx(
      'core',
      async (tx) => {
        for (const id of ids) await tx.records(Account).update(id, { owner: host.user.userId });
      },
      host.admin,
    );
    await host.settle();

    const { lines } = await inboxOf(host, host.user);
    expect(lines.map(({ text, href }) => [text, href])).to.deep.equal([
      [`${host.admin.name} assigned 3 accounts to you`, '/accounts'],
    ]);
  });

  it('tell followers that their record changed, once while it is unread, and not whoever changed it', async () => {
    const id = await account(host.admin);
    for (const user of [host.user, host.manager])
      await host.as(user).request('PUT', `/api/v1/accounts/${id}/following`);

    await update(id, { description: 'one' }, host.manager);
    await update(id, { description: 'two' }, host.manager);
    await host.settle();

    const { lines } = await inboxOf(host, host.user);
    expect(lines.map(({ text, href }) => [text, href])).to.deep.equal([
      [`${host.manager.name} changed Oak, 2 changes`, `/accounts/${id}`],
    ]);
    expect((await inboxOf(host, host.manager)).lines).to.deep.equal([]);
  });

  it('leave nothing behind of changes that are no news', async () => {
    const id = await account(host.admin);
    await update(id, { description: 'x' });
    await host.settle();

    expect(await host.sql('select * from core.told_events')).to.deep.equal([]);
    expect(await host.sql('select * from core.notifications')).to.deep.equal([]);
  });

  it('are marked, put off until a moment, and come back as new', async () => {
    const client = host.as(host.user);
    await greet(host.user.userId);
    const [line] = (await inboxOf(host, host.user)).lines;
    const id = line?.id ?? '';
    const until = new Date(host.clock.now().getTime() + 60 * minuteMs).toISOString();

    const snoozed = await client.request('PUT', `${path}/${id}/snooze`, { until });
    const during = [await inboxOf(host, host.user), await inboxOf(host, host.user, '?view=snoozed')] as const;
    host.clock.advance(61 * minuteMs);
    await host.settle();
    const after = await inboxOf(host, host.user, '?view=unread');

    expect(snoozed.status).to.equal(200);
    expect(during.map(({ lines }) => lines.length)).to.deep.equal([0, 1]);
    expect(during[0].unread).to.equal(0);
    expect([after.unread, after.lines[0]?.snoozedUntil]).to.deep.equal([1, null]);
  });

  it('come back before their time when there is news of the same thing', async () => {
    await greet(host.user.userId, { key: 'same' });
    const { lines } = await inboxOf(host, host.user);
    const until = new Date(host.clock.now().getTime() + 60 * minuteMs).toISOString();
    await host.as(host.user).request('PUT', `${path}/${lines[0]?.id ?? ''}/snooze`, { until });
    await greet(host.user.userId, { key: 'same' });

    const after = await inboxOf(host, host.user, '?view=unread');
    expect([after.unread, after.lines[0]?.snoozedUntil, after.lines[0]?.count]).to.deep.equal([1, null, 2]);
  });

  it('are read all at once, up to a moment', async () => {
    await greet(host.user.userId, { key: 'early' });
    const upTo = host.clock.now().toISOString();
    host.clock.advance(minuteMs);
    await greet(host.user.userId, { key: 'late' });

    const { body } = await host.as(host.user).post(`${path}/reading`, { upTo });

    expect([body['read'], (await inboxOf(host, host.user)).unread]).to.deep.equal([1, 1]);
  });

  it('come in pages that neither repeat nor leave out a line', async () => {
    for (let number = 0; number < 5; number++) await greet(host.user.userId, { key: String(number) });
    const seen: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page = await inboxOf(host, host.user, `?limit=2${after === '' ? '' : `&after=${after}`}`);
      seen.push(...page.lines.map(({ id }) => id));
      after = page.next;
    }

    expect(seen).to.have.length(5);
    expect(new Set(seen)).to.have.property('size', 5);
  });

  it('are forgotten: read ones after 90 days, any after 180', async () => {
    await host.sql(
      `insert into core.notifications (id, user_id, kind, values, in_app, mail, told_at, read_at)
       select gen_random_uuid(), ?, 'greeter.greeted', '{}', true, 'never', ?::timestamptz - make_interval(days => days), read
       from (values (80, now()), (100, now()), (100, null), (190, null)) as old(days, read)`,
      [host.user.userId, host.clock.now()],
    );
    await host.workspace.jobs.runNow('core:purge-notifications', {});

    expect((await inboxOf(host, host.user)).lines).to.have.length(2);
  });

  it('need a kind of their own module and a transaction', async () => {
    const codeOf = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => (error as { code: string }).code,
      );

    expect([
      await codeOf(host.tx('greeter', (tx) => tx.notify(host.user.userId, 'core.record-assigned'))),
      await codeOf(host.tx('greeter', (tx) => tx.notify(host.user.userId, 'greeter.unknown'))),
    ]).to.deep.equal(['kind_not_declared', 'kind_not_declared']);
  });

  it('are nobody else’s: 400, 401, 404, 422', async () => {
    await greet(host.user.userId);
    const [line] = (await inboxOf(host, host.user)).lines;
    const theirs = `${path}/${line?.id ?? ''}`;
    const client = host.as(host.admin);
    const past = { until: '2001-01-01T00:00:00Z' };
    const answers = [
      await host.as().get(path),
      await client.request('PUT', `${theirs}/reading`),
      await client.delete(`${theirs}/reading`),
      await client.request('PUT', `${theirs}/snooze`, { until: host.clock.now().toISOString().replace('20', '20') }),
      await host.as(host.user).request('PUT', `${theirs}/snooze`, past),
      await client.delete(`${theirs}/snooze`),
      await client.get(`${path}?after=nonsense`),
      await client.get(`${path}?color=red`),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([401, 404, 404, 422, 422, 404, 400, 400]);
  });
});
