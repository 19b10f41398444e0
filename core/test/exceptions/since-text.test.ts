import { expect } from 'chai';
import { sinceText } from '../../dist/exceptions/since-text.js';

describe('from when an exception runs', () => {
  const fields = new Map([
    ['closeOn', { field: { kind: 'date' } }],
    ['updatedAt', { field: { kind: 'dateTime' } }],
  ]);
  const generation = { entities: new Map([['lab.deal', { fields }]]) } as unknown as Parameters<typeof sinceText>[0];
  const since = new Date('2026-11-30T00:00:00Z');

  it('is a day where the field is one, so that no reader sees the day before', () => {
    expect(sinceText(generation, { entity: 'lab.deal', since: 'closeOn' }, since)).to.equal('2026-11-30');
  });

  it('is a moment otherwise, also when the rule or its field is gone', () => {
    const moment = since.toISOString();

    expect(sinceText(generation, { entity: 'lab.deal', since: 'updatedAt' }, since)).to.equal(moment);
    expect(sinceText(generation, { entity: 'lab.deal', since: 'gone' }, since)).to.equal(moment);
    expect(sinceText(generation, undefined, since)).to.equal(moment);
  });
});
