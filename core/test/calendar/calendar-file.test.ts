import { expect } from 'chai';
import { icsText, writeComponent } from '../../dist/calendar/ics.js';

describe('calendar files', () => {
  it('escape what has a meaning, and hold no control characters', () => {
    expect(icsText('a\\b;c,d\r\ne\u0000f')).to.equal('a\\\\b\\;c\\,d\\ne f');
  });

  it('fold lines at 75 octets without cutting a character', () => {
    const text = `${'客户'.repeat(60)}${'😀'.repeat(20)}`;
    const file = writeComponent({ name: 'VEVENT', properties: [['SUMMARY', text]] });
    const lines = file.split('\r\n');

    expect(lines.every((line) => Buffer.byteLength(line) <= 75)).to.equal(true);
    expect(file.replaceAll('\r\n ', '')).to.equal(`BEGIN:VEVENT\r\nSUMMARY:${text}\r\nEND:VEVENT\r\n`);
  });
});
