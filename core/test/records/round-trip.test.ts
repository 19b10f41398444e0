import { Account, Contact, Team, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Batch, Method, Sample } from './lab.js';
import { openRecordHost, type RecordHost } from './record-host.js';

describe('a record of every kind of field', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  it('is answered by create in the form in which it is read later', async () => {
    const batch = await host.records(Batch).create({ name: 'March' });
    const method = await host.records(Method).create({ name: 'Heat' });
    const account = await host.records(Account).create({ name: 'Acme' });
    const contact = await host.records(Contact).create({ name: 'Ann' });

    const created = await host.records(Sample).create({
      name: '  First\nsample ',
      code: 'S-1',
      notes: 'a\r\nb',
      count: 7,
      weight: '12.500',
      share: 12.5,
      price: { amount: '1234.5', currency: 'EUR' },
      isFragile: true,
      takenOn: '2024-02-29',
      seenAt: '2024-02-29T12:00:00+02:00',
      lasted: 3600,
      state: 'tested',
      tags: ['green', 'red', 'green'],
      batch: batch.id,
      method: method.id,
      account: account.id.toUpperCase(),
      email: ' Ann@Example.ORG ',
      phone: '030 1234567',
      link: 'example.org/a b'.replace(' ', '%20'),
      readings: [
        { value: '-0', cost: { amount: '3', currency: 'USD' }, at: '2024-01-01T00:00:00Z', contact: contact.id },
        { value: '1.2300' },
      ],
      raw: { b: 1, a: [null, 'x'] },
      secret: 'hidden',
    });
    const read = await host.records(Sample).get(created.id);

    expect(read).to.deep.equal(created);
    expect(created).to.deep.include({
      name: 'First sample',
      notes: 'a\nb',
      weight: '12.5',
      share: 12.5,
      price: { amount: '1234.50', currency: 'EUR' },
      seenAt: '2024-02-29T10:00:00.000Z',
      tags: ['green', 'red'],
      account: account.id,
      original: null,
      email: 'ann@example.org',
      phone: '+49301234567',
      link: 'https://example.org/a%20b',
      version: 1,
      createdAt: '2026-03-01T10:00:00.000Z',
      owner: null,
    });
    expect(created.readings).to.deep.equal([
      { value: '0', cost: { amount: '3.00', currency: 'USD' }, at: '2024-01-01T00:00:00.000Z', contact: contact.id },
      { value: '1.23', cost: null, at: null, contact: null },
    ]);
  });

  it('has its defaults when only the demanded fields are given', async () => {
    const created = await host.records(Sample).create({ name: 'Bare' });

    const read = await host.records(Sample).get(created.id);

    expect(read).to.deep.equal(created);
    expect(created).to.deep.include({
      state: 'new',
      isFragile: false,
      tags: [],
      readings: [],
      code: null,
      price: null,
      raw: null,
    });
  });

  it('carries what plugins added, with defaults where the side table has no row', async () => {
    const user = await host.records(User).create({ name: 'Ida', email: 'ida@example.org' });
    const bare = await host.records(Account).create({ name: 'Bare' });
    const full = await host.records(Account).create({
      name: 'Full',
      extras: {
        lab: {
          grade: 'a',
          inspector: user.id,
          budget: { amount: '5', currency: 'CHF' },
          visits: [{ day: '2026-01-01' }],
        },
      },
    });

    const [readBare, readFull] = [await host.records(Account).get(bare.id), await host.records(Account).get(full.id)];

    expect(readBare).to.deep.equal(bare);
    expect(readFull).to.deep.equal(full);
    expect(Reflect.get(bare, 'lab')).to.deep.equal({
      grade: 'b',
      inspector: null,
      budget: null,
      hidden: null,
      visits: [],
    });
    expect(Reflect.get(full, 'lab')).to.deep.include({
      grade: 'a',
      inspector: user.id,
      budget: { amount: '5.00', currency: 'CHF' },
      visits: [{ day: '2026-01-01' }],
    });
  });

  it('belongs to its owner and that owner’s primary team', async () => {
    const team = await host.records(Team).create({ name: 'North' });
    const owner = await host.records(User).create({ name: 'Otto', team: team.id });

    const account = await host.records(Account).create({ name: 'Owned', owner: owner.id });

    expect(account).to.include({ owner: owner.id, team: team.id });
    expect(await host.records(Account).get(account.id)).to.deep.equal(account);
  });

  it('is created many at a time with the same number of statements as one', async () => {
    const inputs = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ name: `Many ${n}`, readings: [{ value: String(n) }] }));

    const one = await host.statementsOf(() => host.records(Sample).createMany(inputs(1)));
    const many = await host.statementsOf(() => host.records(Sample).createMany(inputs(300)));

    expect(many.length).to.equal(one.length);
    expect(one.length).to.be.at.most(4);
  });
});
