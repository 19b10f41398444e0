import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('/calendar/:file', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());
  beforeEach(() => host.sql('delete from core.activities'));

  const client = () => host.as(host.user);
  const hours = (count: number): string => new Date(host.clock.now().getTime() + count * 3_600_000).toISOString();
  const plan = async (subject: string, more: object = {}): Promise<string> => {
    const input = { kind: 'task', subject, dueAt: hours(1), ...more };
    return String((await client().post('/api/v1/activities', input)).body['id']);
  };
  /** Makes a new address on the page about oneself. @returns its path */
  const open = async (who = host.user): Promise<string> => {
    const { text } = await host.as(who).submit('/me/calendar-feed', {});
    return /\/calendar\/[\w-]{43}\.ics/.exec(text)?.[0] ?? '';
  };
  const read = (path: string, headers = {}) => host.as().page(path, headers);

  it('has tasks as to-dos and the rest as events, in UTC, by stable names', async () => {
    const task = await plan('Send; the, offer', { body: 'two\nlines', priority: 'high' });
    const meeting = await plan('Meet', { kind: 'meeting', dueAt: '2026-12-01T09:00:00.000Z', duration: 3600 });
    await plan('Long ago', { dueAt: hours(-24 * 91) });
    await plan('Far away', { dueAt: hours(24 * 400) });
    await plan('Of another', { owner: host.admin.userId });
    const { status, text, headers } = await read(await open());

    expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/calendar; charset=utf-8']);
    expect(text).to.match(/^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n[^]*\r\nEND:VCALENDAR\r\n$/);
    expect(text).to.match(new RegExp(`BEGIN:VTODO\r\nUID:${task}@trellis-crm\r\n`));
    expect(text).to.contain('SUMMARY:Send\\; the\\, offer\r\nDESCRIPTION:two\\nlines\r\n').and.contain('PRIORITY:1');
    expect(text).to.match(
      new RegExp(`BEGIN:VEVENT\r\nUID:${meeting}@[^]*DTSTART:20261201T090000Z\r\nDURATION:PT3600S`),
    );
    expect(text).to.not.match(/Long ago|Far away|Of another/);
  });

  it('has tasks as events for programs that show no to-dos', async () => {
    const task = await plan('Send the offer', { dueAt: '2026-12-01T09:00:00.000Z' });
    const path = await open();
    const [toDos, events, other] = [
      await read(path),
      await read(`${path}?tasks=events`),
      await read(`${path}?tasks=x`),
    ];

    expect(events.text).to.match(
      new RegExp(`BEGIN:VEVENT\r\nUID:${task}@[^]*DTSTART:20261201T090000Z\r\nDURATION:PT1800S[^]*TRANSP:TRANSPARENT`),
    );
    expect(events.text).not.to.contain('VTODO');
    expect(toDos.text).to.contain('BEGIN:VTODO').and.equal(other.text);
    expect(events.headers.get('etag')).not.to.equal(toDos.headers.get('etag'));
    const { text } = await client().submit('/me/calendar-feed', {});
    expect(text).to.contain('.ics?tasks&#x3D;events');
  });

  it('rings at the reminders of whose calendar it is, until they are done', async () => {
    const participants = [{ entity: 'core.user', id: host.readOnly.userId }];
    const id = await plan('Call, back', {
      dueAt: '2026-12-01T09:00:00.000Z',
      remindAt: '2026-12-01T08:45:00.000Z',
      participants,
    });
    const [mine, theirs] = [await open(), await open(host.readOnly)];
    const before = await read(mine);
    const others = await read(theirs);
    await client().submit(`/day/${id}/completion`, {});

    expect(before.text).to.match(
      /BEGIN:VTODO\r\n[^]*BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Call\\, back\r\nTRIGGER;VALUE=DATE-TIME:20261201T084500Z\r\nEND:VALARM\r\nEND:VTODO/,
    );
    expect(others.text).to.contain('Call\\, back').and.not.contain('VALARM');
    expect((await read(mine)).text)
      .to.contain('COMPLETED')
      .and.not.contain('VALARM');
  });

  it('has what others planned with me', async () => {
    const participants = [{ entity: 'core.user', id: host.user.userId }];
    const input = { kind: 'meeting', subject: 'All of us', dueAt: hours(3), participants };
    await host.as(host.admin).post('/api/v1/activities', input);

    expect((await read(await open())).text).to.contain('SUMMARY:All of us');
  });

  it('says when nothing changed, and something else when a task is done', async () => {
    const id = await plan('Call');
    const path = await open();
    const first = await read(path);
    const etag = String(first.headers.get('etag'));
    const same = await read(path, { 'If-None-Match': etag });
    await client().submit(`/day/${id}/completion`, {});
    const other = await read(path, { 'If-None-Match': etag });

    expect(first.headers.get('last-modified')).to.be.a('string');
    expect([same.status, other.status]).to.deep.equal([304, 200]);
    expect(other.text).to.contain('STATUS:COMPLETED');
  });

  it('ends with a new address, when it is taken back, and with its owner', async () => {
    const first = await open();
    const second = await open();
    const renewed = [(await read(first)).status, (await read(second)).status];
    await client().submit('/me/calendar-feed/removal', {});
    const third = await open(host.readOnly);
    await host.sql(`update core.users set status = 'deactivated' where id = ?`, [host.readOnly.userId]);
    const deactivated = await read(third);
    await host.sql(`update core.users set status = 'active' where id = ?`, [host.readOnly.userId]);

    expect(renewed).to.deep.equal([404, 200]);
    expect([(await read(second)).status, deactivated.status]).to.deep.equal([404, 404]);
  });

  it('looks the same for every wrong address, with cookies too', async () => {
    await plan('Call');
    const path = await open();
    const wrong = [`/calendar/${'x'.repeat(43)}.ics`, '/calendar/x.ics', path.replace('.ics', ''), `${path}x`];
    const answers = await Promise.all(wrong.map((one) => read(one)));
    const signedIn = await client().page(`/calendar/${'x'.repeat(43)}.ics`);

    expect([...answers, signedIn].map(({ status }) => status)).to.deep.equal([404, 404, 404, 404, 404]);
    expect((await host.sql('select token_hash::text as hash from core.calendar_feeds')).map(({ hash }) => String(hash)))
      .to.have.length(2)
      .and.not.include(path);
  });

  it('is made by a browser, not by a token: 401, 403', async () => {
    const token = await client().post('/api/v1/me/calendar-feed');
    const nobody = await host.as().post('/api/v1/me/calendar-feed');
    const { body } = await client().get('/api/v1/me/calendar-feed');

    expect([token.status, nobody.status]).to.deep.equal([403, 401]);
    expect(body).to.have.property('createdAt');
  });
});
