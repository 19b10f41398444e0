import { expect } from 'chai';
import { fromLocalInput, toLocalInput } from '../../dist/pages/fields/zoned-time.js';

describe('moments in controls', () => {
  const moments: readonly (readonly [string, string, string])[] = [
    ['UTC', '2027-01-15T10:00', '2027-01-15T10:00:00.000Z'],
    ['Europe/Amsterdam', '2027-01-15T10:00', '2027-01-15T09:00:00.000Z'],
    ['Europe/Amsterdam', '2027-07-15T10:00', '2027-07-15T08:00:00.000Z'],
    ['America/New_York', '2027-03-14T12:00', '2027-03-14T16:00:00.000Z'],
    ['Asia/Kolkata', '2027-01-15T00:15', '2027-01-14T18:45:00.000Z'],
    ['Pacific/Auckland', '2027-12-31T23:59', '2027-12-31T10:59:00.000Z'],
  ];

  for (const [zone, local, utc] of moments) {
    it(`${local} in ${zone} is ${utc}, there and back`, () => {
      expect(fromLocalInput(local, zone)).to.equal(utc);
      expect(toLocalInput(utc, zone)).to.equal(local);
    });
  }

  it('takes the first of an hour that comes twice, and a real moment for one that does not come', () => {
    expect(fromLocalInput('2027-10-31T02:30', 'Europe/Amsterdam')).to.equal('2027-10-31T00:30:00.000Z');
    expect(fromLocalInput('2027-03-28T02:30', 'Europe/Amsterdam')).to.be.oneOf([
      '2027-03-28T01:30:00.000Z',
      '2027-03-28T00:30:00.000Z',
    ]);
  });

  it('refuses what is no date and time', () => {
    expect(fromLocalInput('tomorrow', 'UTC')).to.equal(null);
    expect(fromLocalInput('2027-13-45T10:00', 'UTC')).to.equal(null);
  });
});
