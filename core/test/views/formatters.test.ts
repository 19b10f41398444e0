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
});
