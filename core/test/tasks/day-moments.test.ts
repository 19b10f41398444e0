import { expect } from 'chai';
import { dayWindows } from '../../dist/tasks/day-windows.js';
import { snoozeMoments } from '../../dist/tasks/snooze-moments.js';
import { defaultSettings } from '../../dist/settings/workspace-settings.js';

/** A Wednesday, 23:30 in Berlin and 22:30 UTC. */
const lateWednesday = new Date('2026-11-25T22:30:00Z');
/** The same day at 10:00 in Berlin. */
const wednesday = new Date('2026-11-25T09:00:00Z');

describe('the parts of a day', () => {
  it('begin at midnight of the person’s own clock', () => {
    const { today, tomorrow } = dayWindows(lateWednesday, 'Europe/Berlin', defaultSettings);

    expect(today.to).to.equal('2026-11-25T23:00:00.000Z');
    expect(tomorrow.to).to.equal('2026-11-26T23:00:00.000Z');
  });

  it('end the week where the workspace begins the next', () => {
    const ends = (['monday', 'saturday', 'sunday'] as const).map(
      (weekStart) => dayWindows(wednesday, 'UTC', { weekStart }).week.to,
    );

    expect(ends).to.deep.equal(['2026-11-30T00:00:00.000Z', '2026-11-28T00:00:00.000Z', '2026-11-29T00:00:00.000Z']);
  });

  it('leave no gap and no overlap at the end of a week', () => {
    const { tomorrow, week, later } = dayWindows(new Date('2026-11-29T12:00:00Z'), 'UTC', defaultSettings);

    expect([week.from, week.to, later.from]).to.deep.equal([tomorrow.to, tomorrow.to, tomorrow.to]);
  });

  it('know a day of 25 hours', () => {
    const { today } = dayWindows(new Date('2026-10-25T00:30:00Z'), 'Europe/Berlin', defaultSettings);

    expect(today.to).to.equal('2026-10-25T23:00:00.000Z');
  });
});

describe('until when a task is put off', () => {
  const moments = (now: Date, settings = defaultSettings) =>
    Object.fromEntries(snoozeMoments(now, 'Europe/Berlin', settings).map(({ name, until }) => [name, until]));

  it('is three hours, when the office opens tomorrow, and when it opens next week', () => {
    expect(moments(wednesday)).to.deep.equal({
      later: '2026-11-25T12:00:00.000Z',
      tomorrow: '2026-11-26T08:00:00.000Z',
      nextWeek: '2026-11-30T08:00:00.000Z',
    });
  });

  it('is not later today in the evening, and no later than the office closes', () => {
    expect(moments(lateWednesday)).to.not.have.property('later');
    expect(moments(new Date('2026-11-25T14:00:00Z'))['later']).to.equal('2026-11-25T16:00:00.000Z');
  });

  it('passes over holidays and days on which nobody works', () => {
    const holidays = [{ date: '2026-11-30', name: 'A holiday' }];

    expect(moments(wednesday, { ...defaultSettings, holidays })['nextWeek']).to.equal('2026-12-01T08:00:00.000Z');
    expect(moments(wednesday, { ...defaultSettings, weekStart: 'sunday' })['nextWeek']).to.equal(
      '2026-11-30T08:00:00.000Z',
    );
  });
});
