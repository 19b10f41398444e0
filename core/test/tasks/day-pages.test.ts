import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('/day', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.activities'));

  const client = () => host.as(host.user);
  const hours = (count: number): string => new Date(host.clock.now().getTime() + count * 3_600_000).toISOString();
  const plan = async (subject: string, dueAt: string, more: object = {}): Promise<string> => {
    const { body } = await client().post('/api/v1/activities', { kind: 'task', subject, dueAt, ...more });
    return String(body['id']);
  };
  const stored = async (id: string) => (await client().get(`/api/v1/activities/${id}`)).body;
  const textOf = async (path = '/day'): Promise<string> => (await client().page(path)).text;
  /** The message that waits for the next page, with its way back. */
  const undoIn = (headers: Headers): string => {
    const flash = /flash=([\w-]+)/.exec(headers.getSetCookie().join())?.[1] ?? '';
    return String((JSON.parse(Buffer.from(flash, 'base64url').toString()) as { undoAction?: string }).undoAction);
  };

  it('shows what I own and have planned, by when it is due; nothing that is done or of others', async () => {
    await plan('Call back', hours(-1));
    await plan('Next month', hours(24 * 40));
    await plan('Done already', hours(-2), { doneAt: hours(-1) });
    await plan('Of another', hours(-2), { owner: host.admin.userId });
    await client().post('/api/v1/activities', { kind: 'note', subject: 'Only logged' });

    const text = await textOf();

    expect(text).to.match(/Overdue[^]*Call back[^]*>Later<[^]*Next month/);
    expect(text).to.not.match(/Done already|Of another|Only logged/);
  });

  it('marks a task done in one click, with a way back that stops at what others changed', async () => {
    const id = await plan('Send the offer', hours(-1));
    const before = await stored(id);
    const done = await client().submit(`/day/${id}/completion`, {});
    const after = await stored(id);
    await client().submit(undoIn(done.headers), {});
    const reversed = await stored(id);
    const again = await client().submit(`/day/${id}/completion`, {});
    await client().patch(`/api/v1/activities/${id}`, { subject: 'Changed' }, { 'If-Match': '*' });
    await client().submit(undoIn(again.headers), {});

    expect([done.status, done.headers.get('location')]).to.deep.equal([303, '/day']);
    expect(after['doneAt']).to.be.a('string');
    expect([reversed['doneAt'], reversed['occurredAt']]).to.deep.equal([null, before['occurredAt']]);
    expect((await stored(id))['doneAt']).to.be.a('string');
  });

  it('puts a task off to a moment that was offered or typed, and back', async () => {
    const dueAt = hours(-1);
    const id = await plan('Ask again', dueAt);
    const until = /name="until" value="([^"]+)"/.exec(await textOf())?.[1] ?? '';
    const snoozed = await client().submit(`/day/${id}/snooze`, { until });
    const offered = (await stored(id))['dueAt'];
    await client().submit(undoIn(snoozed.headers), {});
    const back = (await stored(id))['dueAt'];
    await client().submit(`/day/${id}/snooze`, { at: '2099-01-02T10:30' });

    expect(until > host.clock.now().toISOString()).to.equal(true);
    expect([offered, back]).to.deep.equal([until, dueAt]);
    expect((await stored(id))['dueAt']).to.equal('2099-01-02T10:30:00.000Z');
    expect(await textOf(`/day/${id}/snooze`))
      .to.contain('Snooze Ask again')
      .and.contain('2099-01-02T10:30');
  });

  it('adds a task of mine, about a record, and shows again what is no task', async () => {
    const { body: account } = await client().post('/api/v1/accounts', { name: 'Oak & Sons' });
    const form = { subject: 'Visit them', dueAt: '2099-01-02T10:30', 'links.add.core.account': String(account['id']) };
    const added = await client().submit('/day', form);
    const refused = await client().submit('/day', { subject: 'Without a time', dueAt: '', repeat: 'daily' });

    expect(added.status).to.equal(303);
    expect(await textOf())
      .to.contain('Visit them')
      .and.contain('Oak &amp; Sons');
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Without a time');
  });

  it('has tasks without a due time below the others, until they are done', async () => {
    const refused = await host.as(host.readOnly).submit('/day', { subject: 'Some day' });
    await client().submit('/day', { subject: 'Some day', dueAt: '' });
    const { body: foreign } = await client().post('/api/v1/activities', { kind: 'call', subject: 'Was a call' });
    const shown = await textOf();
    const rest = shown.slice(shown.indexOf('Without a date'));
    const [, action = ''] = /action="(\/day\/[^"]*completion)"/.exec(rest) ?? [];

    expect(refused.status).to.equal(403);
    expect(rest).to.contain('Some day').and.contain('No date').and.not.contain('/plan"');
    expect(shown).to.not.contain(String(foreign['id']));
    expect((await client().submit(action, {})).status).to.equal(303);
    expect(await textOf()).to.not.contain('Without a date');
    expect(
      await textOf('/day?group=undated&after=2026-01-01 10:00:00%2B00~0198c1a0-0000-7000-8000-000000000000'),
    ).to.contain('My day');
  });

  it('shows fifty of a part at once and goes on where they ended', async () => {
    const tasks = Array.from({ length: 52 }, (_, number) => ({
      subject: `T${String(number).padStart(2, '0')}`,
      number,
    }));
    for (const { subject, number } of tasks) await plan(subject, hours(-100 + number));
    const text = await textOf();
    const [, href = ''] = /href="(\/day\?group[^"]+)/.exec(text) ?? [];
    const more = href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=');
    const rest = await textOf(more);

    expect(text).to.contain('T49').and.not.contain('T50');
    expect(rest).to.contain('T50').and.contain('T51').and.not.contain('T49');
    expect((await client().page('/day?group=overdue&after=nonsense')).status).to.equal(400);
  });

  it('has a place in the menu, in the palette and on the home page', async () => {
    await plan('Call back', hours(-1));
    const panel = await client().page('/panels/core/my-day');

    expect(await textOf('/'))
      .to.contain('href="/day"')
      .and.contain('/panels/core/my-day');
    expect(panel.text).to.contain('Call back');
    const headers = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    expect((await client().page('/search/palette?q=my+day', headers)).text).to.contain('href="/day"');
  });

  it('says nothing to others: 401, 403, 404', async () => {
    const id = await plan('Mine', hours(-1));
    const nowhere = '00000000-0000-7000-8000-000000000000';
    const answers = [
      await host.as(host.readOnly).submit(`/day/${id}/completion`, {}),
      await host.as(host.readOnly).submit('/day', { subject: 'X', dueAt: '2099-01-02T10:30' }),
      await client().submit(`/day/${nowhere}/completion`, {}),
      await client().page(`/day/${nowhere}/snooze`),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 404, 404]);
    expect((await host.as().page('/day')).status).to.be.oneOf([303, 401]);
  });
});
