import { expect } from 'chai';
import { calendarOf, type Calendar } from '../../../dist/records/conditions/calendar.js';
import { relativeDays, singleDay } from '../../../dist/records/conditions/relative-days.js';

describe('relativeDays', () => {
  /** A Wednesday; the fiscal year began in April. */
  const calendar: Calendar = { today: '2026-05-13', timeZone: 'UTC', weekStart: 1, fiscalYearStart: 4 };

  /** Words, and the days from the first one until the one after the last. */
  const words: readonly (readonly [string, string, string])[] = [
    ['today', '2026-05-13', '2026-05-14'],
    ['yesterday', '2026-05-12', '2026-05-13'],
    ['tomorrow', '2026-05-14', '2026-05-15'],
    ['this_week', '2026-05-11', '2026-05-18'],
    ['last_week', '2026-05-04', '2026-05-11'],
    ['next_week', '2026-05-18', '2026-05-25'],
    ['this_month', '2026-05-01', '2026-06-01'],
    ['last_month', '2026-04-01', '2026-05-01'],
    ['this_quarter', '2026-04-01', '2026-07-01'],
    ['next_quarter', '2026-07-01', '2026-10-01'],
    ['last_year', '2025-01-01', '2026-01-01'],
    ['this_fiscal_year', '2026-04-01', '2027-04-01'],
    ['last_fiscal_quarter', '2026-01-01', '2026-04-01'],
    ['last_30_days', '2026-04-14', '2026-05-14'],
    ['last_1_days', '2026-05-13', '2026-05-14'],
    ['next_2_weeks', '2026-05-13', '2026-05-27'],
    ['last_3_months', '2026-02-14', '2026-05-14'],
    ['next_1_years', '2026-05-13', '2027-05-13'],
    ['-7d', '2026-05-06', '2026-05-07'],
    ['+1w', '2026-05-20', '2026-05-21'],
    ['3m', '2026-08-13', '2026-08-14'],
    ['-1q', '2026-02-13', '2026-02-14'],
    ['0d', '2026-05-13', '2026-05-14'],
  ];
  for (const [word, from, until] of words) {
    it(`takes ${word} for the days from ${from} until ${until}`, () => {
      expect(relativeDays(word, calendar)).to.deep.equal({ from, until });
    });
  }

  for (const word of [
    '',
    'Today',
    'this_decade',
    'last_0_days',
    'last_1000_days',
    '7',
    '7h',
    'toString',
    'last_week ',
  ]) {
    it(`takes "${word}" for nothing`, () => {
      expect(relativeDays(word, calendar)).to.equal(undefined);
    });
  }

  it('begins weeks and fiscal years where the workspace does', () => {
    const elsewhere = { ...calendar, weekStart: 0, fiscalYearStart: 7 };

    expect(relativeDays('this_week', elsewhere)).to.deep.equal({ from: '2026-05-10', until: '2026-05-17' });
    expect(relativeDays('this_fiscal_year', elsewhere)).to.deep.equal({ from: '2025-07-01', until: '2026-07-01' });
    expect(relativeDays('this_week', { ...elsewhere, today: '2026-05-10' })?.from).to.equal('2026-05-10');
  });

  it('stays in a month that has fewer days', () => {
    const last = { ...calendar, today: '2024-01-31' };

    expect(relativeDays('1m', last)?.from).to.equal('2024-02-29');
    expect(relativeDays('-2m', last)?.from).to.equal('2023-11-30');
  });
});

describe('singleDay', () => {
  it('takes real days only', () => {
    expect(singleDay('2024-02-29')).to.deep.equal({ from: '2024-02-29', until: '2024-03-01' });
    expect(singleDay('2026-02-29')).to.equal(undefined);
    expect(singleDay('0000-01-01')).to.equal(undefined);
  });
});

describe('calendarOf', () => {
  it('has the day of the person, not of the server', () => {
    const rules = { weekStart: 'sunday', fiscalYearStart: 1 } as const;
    const now = new Date('2026-05-13T22:30:00Z');

    expect(calendarOf({ timeZone: 'Asia/Shanghai' }, now, rules).today).to.equal('2026-05-14');
    expect(calendarOf({ timeZone: 'America/New_York' }, now, rules).today).to.equal('2026-05-13');
    expect(calendarOf({ timeZone: 'UTC' }, now, rules).weekStart).to.equal(0);
  });
});
