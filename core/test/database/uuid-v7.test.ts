import { expect } from 'chai';
import { uuidV7, uuidV7Floor } from '../../dist/database/uuid-v7.js';

describe('uuidV7', () => {
  it('is a version 7 UUID of the RFC variant', () => {
    expect(uuidV7()).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('sorts in the order of making, also within a millisecond', () => {
    const ids = Array.from({ length: 20_000 }, () => uuidV7());

    expect(ids.toSorted()).to.deep.equal(ids);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('lies above the floor of its moment', () => {
    const floor = uuidV7Floor(new Date(Date.now() - 1));

    expect(uuidV7() > floor).to.equal(true);
    expect(uuidV7() < uuidV7Floor(new Date(Date.now() + 60_000))).to.equal(true);
  });
});
