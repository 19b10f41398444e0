import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { calendarStretch } from '../../dist/tasks/calendar-days.js';

describe('the days of a calendar', () => {
  it('are the whole weeks of a month, from where weeks begin', () => {
    const monday = calendarStretch('2026-11-15', 'month', { weekStart: 'monday' });
    const sunday = calendarStretch('2026-11-15', 'month', { weekStart: 'sunday' });

    expect([monday.weeks.length, monday.weeks[0]?.[0], monday.weeks.at(-1)?.[6]]).to.deep.equal([
      6,
      '2026-10-26',
      '2026-12-06',
    ]);
    expect([sunday.weeks.length, sunday.weeks[0]?.[0]]).to.deep.equal([5, '2026-11-01']);
    expect([monday.previous, monday.next]).to.deep.equal(['2026-10-01', '2026-12-01']);
  });

  it('are the seven of a week', () => {
    const { weeks, previous, next } = calendarStretch('2026-11-25', 'week', { weekStart: 'monday' });

    expect([weeks.length, weeks[0]?.[0], previous, next]).to.deep.equal([1, '2026-11-23', '2026-11-16', '2026-11-30']);
  });
});

describe('/calendar', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const client = () => host.as(host.user);
  const plan = (subject: string, dueAt: string, more: object = {}) =>
    client().post('/api/v1/activities', { kind: 'meeting', subject, dueAt, ...more });

  it('shows what I own on its day, by month and by week', async () => {
    for (const number of [1, 2, 3, 4])
      await plan(`Meeting ${String(number)}`, `2030-05-15T0${String(number)}:00:00.000Z`);
    await plan('In June', '2030-06-20T09:00:00.000Z');
    await plan('Of another', '2030-05-15T09:00:00.000Z', { owner: host.admin.userId });
    const month = await client().page('/calendar?day=2030-05-02');
    const week = await client().page('/calendar?view=week&day=2030-05-15');

    expect(month.text).to.contain('May 2030').and.contain('Meeting 3').and.contain('1 more');
    expect(month.text).to.not.match(/Meeting 4|In June|Of another/);
    expect(week.text).to.contain('Wednesday, May 15').and.contain('Meeting 4').and.not.contain('Of another');
  });

  it('refuses what is no day, and whoever is not signed in: 400, 401', async () => {
    const wrong = ['yesterday', '2030-02-30', '0000-01-01'];
    const answers = await Promise.all(wrong.map((day) => client().page(`/calendar?day=${day}`)));

    expect(answers.map(({ status }) => status)).to.deep.equal([400, 400, 400]);
    expect((await host.as().page('/calendar')).status).to.be.oneOf([303, 401]);
  });
});
