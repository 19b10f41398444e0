import { expect } from 'chai';
import { createFormatters } from '../../dist/views/formatters.js';
import type { ViewEnv } from '../../dist/views/view-env.js';

const env: ViewEnv = {
  locale: 'en',
  timeZone: 'UTC',
  currency: 'EUR',
  theme: 'system',
  csrfToken: '',
  url: '/',
  now: new Date('2026-06-15T12:00:00Z'),
};

describe('formatters', () => {
  const format = createFormatters();

  it('write a day whole, or compact: without this year, without the day of another', () => {
    const compact = { isCompact: true };

    expect(format.date(env, '2026-03-31')).to.equal('Mar 31, 2026');
    expect(format.date(env, '2026-03-31', compact)).to.equal('Mar 31');
    expect(format.date(env, '2027-03-31', compact)).to.equal('Mar 2027');
    expect(format.date(env, null, compact)).to.equal('');
  });

  it('take the year from the clock of the person, also in the night in which it begins', () => {
    const shanghai = { ...env, timeZone: 'Asia/Shanghai', now: new Date('2026-12-31T20:00:00Z') };
    const compact = { isCompact: true };

    expect(format.date(shanghai, '2027-01-05', compact)).to.equal('Jan 5');
    expect(format.date(shanghai, '2026-12-31T17:00:00Z', compact)).to.equal('Jan 1');
    expect(format.date(shanghai, '2026-12-31T10:00:00Z', compact)).to.equal('Dec 2026');
  });

  it('never move a day by a time zone', () => {
    expect(format.date({ ...env, timeZone: 'Pacific/Auckland' }, '2026-03-31')).to.equal('Mar 31, 2026');
  });

  it('shorten sums when asked, and write whole ones without cents', () => {
    const value = { amount: '1234000.00', currency: 'USD' };

    expect(format.money(env, value)).to.equal('$1,234,000');
    expect(format.money(env, value, { isCompact: true })).to.equal('$1.2M');
    expect(format.money(env, { amount: '12.50', currency: 'EUR' })).to.equal('€12.50');
  });

  it('read percentages as the SDK gives them', () => {
    expect(format.percent(env, 63.15)).to.equal('63.15%');
  });

  it('tell how long ago a moment is, and past a month its day on the clocks of the zone', () => {
    const at = (moment: string, timeZone = 'UTC'): string => format.timeAgo({ ...env, timeZone }, moment);

    expect(at('2026-06-15T10:00:00Z')).to.equal('2 hours ago');
    expect(at('2026-06-17T12:00:00Z')).to.equal('in 2 days');
    expect(at('2026-03-31T22:30:00Z')).to.equal('Mar 31, 2026');
    expect(at('2026-03-31T22:30:00Z', 'Europe/Berlin')).to.equal('Apr 1, 2026');
    expect(at('2026-03-31T04:30:00Z', 'America/New_York')).to.equal('Mar 31, 2026');
    expect(at('2026-03-31T02:30:00Z', 'America/New_York')).to.equal('Mar 30, 2026');
  });

  it('write the days on which clocks change like any other', () => {
    const days = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'America/Santiago' });
    const hours = Array.from({ length: 96 }, (_, hour) => new Date(Date.UTC(2026, 3, 3, hour)));

    for (const moment of hours)
      expect(format.timeAgo({ ...env, timeZone: 'America/Santiago' }, moment.toISOString())).to.equal(
        days.format(moment),
      );
  });

  it('space the digits of a phone number', () => {
    expect(format.phone('+31105550142')).to.equal('+31 10 555 0142');
    expect(format.phone('12')).to.equal('12');
  });
});
