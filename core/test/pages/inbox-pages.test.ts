import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('/inbox', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.notifications'));

  /** Somebody assigns an account to the user. */
  async function assign(): Promise<string> {
    const { body } = await host.as(host.admin).post('/api/v1/accounts', { name: 'Oak & Sons' });
    const id = String(body['id']);
    await host.as(host.admin).patch(`/api/v1/accounts/${id}`, { owner: host.user.userId }, { 'If-Match': '*' });
    await host.settle();
    return id;
  }

  const client = () => host.as(host.user);
  const lineIn = (text: string): string => /\/inbox\/[0-9a-f-]{36}/.exec(text)?.[0] ?? '';

  it('shows what is new by day, and leads to the record, which then is read', async () => {
    const id = await assign();
    const page = await client().page('/inbox');
    const opened = await client().submit(`${lineIn(page.text)}/opening`, {});
    const after = await client().page('/inbox');

    expect(page.text).to.contain('Today').and.contain(`${host.admin.name} assigned Oak &amp; Sons to you`);
    expect([opened.status, opened.headers.get('location')]).to.deep.equal([303, `/accounts/${id}`]);
    expect(after.text).to.contain('Nothing new');
  });

  it('says on every page how much is new, anew at once', async () => {
    const before = await client().page('/accounts');
    await assign();
    const [after, badge] = [await client().page('/accounts'), await client().page('/inbox/badge')];
    await client().submit('/inbox/reading', {});
    const read = await client().page('/accounts');

    expect(before.text).to.contain('Inbox, nothing new');
    expect(after.text).to.contain('Inbox, 1 new');
    expect(badge.text).to.contain('Inbox, 1 new').and.not.contain('<html');
    expect(read.text).to.contain('Inbox, nothing new');
  });

  it('puts off until a date and time of one’s own, by one’s own clock', async () => {
    await assign();
    const line = lineIn((await client().page('/inbox')).text);
    const form = await client().page(`${line}/snooze`);
    const day = new Date(host.clock.now().getTime() + 10 * 86_400_000).toISOString().slice(0, 10);
    const wrong = await client().submit(`${line}/snooze`, { at: '2001-01-01T09:30' });
    const done = await client().submit(`${line}/snooze`, { at: `${day}T09:30` });
    const others = await host.as(host.admin).page(`${line}/snooze`);
    const read = await client().get(`/api/v1/notifications/${line.split('/').at(-1) ?? ''}`);
    await client().submit(`${line}/waking`, {});

    expect((await client().page('/inbox')).text).to.contain(`href="${line}/snooze"`);
    expect(form.text).to.contain('type="datetime-local"').and.contain('name="until"');
    expect([form.status, wrong.status, done.status, others.status]).to.deep.equal([200, 422, 303, 404]);
    expect(Date.parse(String(read.body['snoozedUntil']))).to.be.closeTo(Date.parse(`${day}T09:30Z`), 86_400_000);
  });

  it('marks, puts off with a way back, and brings back', async () => {
    await assign();
    const line = lineIn((await client().page('/inbox')).text);
    await client().submit(`${line}/reading`, {});
    await client().submit(`${line}/unreading`, { view: 'all' });
    const again = await client().page('/inbox');
    const until = /name="until" value="([^"]+)"/.exec(again.text)?.[1] ?? '';
    const snoozed = await client().submit(`${line}/snooze`, { until });
    const elsewhere = await client().page('/inbox?view=snoozed');
    const refused = await client().submit(`${line}/snooze`, { until: '2001-01-01T00:00:00Z' });
    await client().submit(`${line}/waking`, {});

    expect(again.text).to.contain(line);
    expect([snoozed.status, refused.status]).to.deep.equal([303, 303]);
    expect(elsewhere.text).to.contain(line);
    expect((await client().page('/inbox')).text).to.contain(line);
  });

  it('is one’s own: 401, 404', async () => {
    await assign();
    const line = lineIn((await client().page('/inbox')).text);
    const answers = [
      await host.as(host.admin).submit(`${line}/opening`, {}),
      await host.as(host.admin).submit(`${line}/snooze`, { until: '2999-01-01T00:00:00Z' }),
      await client().submit('/inbox/00000000-0000-7000-8000-000000000000/reading', {}),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([404, 303, 404]);
    expect((await host.as().page('/inbox')).status).to.be.oneOf([303, 401]);
    expect(await host.sql('select id from core.notifications where snoozed_until is not null')).to.deep.equal([]);
  });
});
