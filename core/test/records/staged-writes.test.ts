import { Account, Contact, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { Sample } from './lab.js';
import { openRecordHost, operator, type RecordHost } from './record-host.js';
import { problemsOf } from './rejection.js';
import { findDisagreements } from './write-audit.js';

const many = 300;
const awkward = [
  'plain',
  "it's",
  String.raw`back\slash \N \.`,
  'tab\there',
  'a ? b :c $1',
  '"quoted", {braced}',
  'ü 你好 🎉',
];

describe('a write of many records', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  /** As they are stored, in the order of those given. */
  async function storedOf(given: readonly { readonly id: string }[]) {
    const byId = new Map((await host.records(Sample).getMany(given.map(({ id }) => id))).map((one) => [one.id, one]));
    return given.flatMap(({ id }) => byId.get(id) ?? []);
  }

  /** Within a transaction, as imports write. */
  const staged = <T>(work: (records: ReturnType<typeof host.records<typeof Sample>>) => Promise<T>): Promise<T> =>
    host.tx((unit) => work(host.records(Sample, operator, { unit })));

  it('stores any value as a single write does, the same in all rows or not', async () => {
    const account = await host.records(Account).create({ name: 'Referred to' });
    const contact = await host.records(Contact).create({ name: 'Referred to' });
    const whole = {
      ...{ count: 7, weight: '-1.5', share: 12.5, price: { amount: '3.10', currency: 'EUR' }, isFragile: true },
      ...{ takenOn: '2026-02-28', seenAt: '2026-02-28T10:00:00.000Z', lasted: 60, tags: ['red', 'blue'] as const },
      ...{ account: account.id, email: 'a@b.example', link: 'https://b.example/?q=\\', secret: "it's ?" },
      readings: [{ value: '1.5', cost: { amount: '2.00', currency: 'USD' }, contact: contact.id }, { value: '2' }],
    } as const;
    const inputOf = (index: number) => {
      const text = awkward[index % awkward.length] ?? '';
      return { ...whole, name: `${index} ${text}`, notes: `${text}\n${text}`, raw: { [text]: [text, index, null] } };
    };
    const inputs = Array.from({ length: many }, (_, index) => inputOf(index));

    const written = await staged((records) => records.createMany(inputs));

    const one = await host.records(Sample).create(inputOf(2));
    const stored = await storedOf(written);
    const own = ({ id: _, createdAt: _c, updatedAt: _u, ...values }: (typeof stored)[number]): object => values;
    expect(stored[2] && own(stored[2])).to.deep.equal(own(one));
    expect(stored.map(({ name, notes, raw }) => ({ name, notes, raw }))).to.deep.equal(
      inputs.map(({ name, notes, raw }) => ({ name, notes, raw })),
    );
    expect(await findDisagreements(host.database, 'lab.sample', 'p_lab.samples')).to.deep.equal([]);
  });

  it('stores what only the last of them has', async () => {
    const last = { count: 7, price: { amount: '3.10', currency: 'EUR' }, tags: ['red'] as const, notes: 'Only here' };
    const inputs = Array.from({ length: many }, (_, index) => ({ name: 'Same', ...(index === many - 1 ? last : {}) }));

    const written = await staged((records) => records.createMany(inputs));

    const stored = await storedOf(written);
    expect(stored.at(-1)).to.deep.include({ name: 'Same', ...last });
    expect(stored.at(0)).to.deep.include({ name: 'Same', count: null, price: null, notes: null });
    expect(await findDisagreements(host.database, 'lab.sample', 'p_lab.samples')).to.deep.equal([]);
  });

  it('changes records with their lists, audit rows and events', async () => {
    const made = await host.records(Sample).createMany(Array.from({ length: many }, () => ({ name: 'Before' })));

    await staged((records) =>
      records.updateMany(
        made.map(({ id }, index) => ({ id, patch: { name: `After ${index}`, readings: [{ value: '3' }] } })),
      ),
    );

    const stored = await storedOf(made);
    expect(stored.map(({ name }) => name)).to.deep.equal(made.map((_, index) => `After ${index}`));
    expect(await host.audit(made[5]?.id ?? '', 'updated')).to.have.length(1);
    expect(await findDisagreements(host.database, 'lab.sample', 'p_lab.samples')).to.deep.equal([]);
  });

  it('writes twice in one transaction, and nothing where a reference is not in order', async () => {
    const before = await host.count('p_lab.samples');
    const rows = Array.from({ length: many }, (_, index) => ({ name: `Twice ${index}` }));
    const lost = rows.map((row, index) => (index === 123 ? { ...row, account: uuidV7() } : row));

    await staged(async (records) => {
      await records.createMany(rows);
      await records.createMany(rows.map((row) => ({ ...row, readings: [{ value: '1' }] })));
    });
    const problems = await problemsOf(staged((records) => records.createMany(lost)));

    expect(problems).to.deep.equal(['/123/account unknown_reference']);
    expect(await host.count('p_lab.samples')).to.equal(before + 2 * many);
  });

  it('names the owner whose team a new record belongs to', async () => {
    const owner = await host.records(User).create({ name: 'Olga' });

    const made = await staged((records) =>
      records.createMany(Array.from({ length: many }, () => ({ name: 'Owned', owner: owner.id }))),
    );

    expect(new Set(made.map((record) => record.owner))).to.deep.equal(new Set([owner.id]));
  });
});
