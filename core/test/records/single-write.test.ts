import { Account, Team, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { uuidV7 } from '../../dist/database/uuid-v7.js';
import { Sample } from './lab.js';
import { known, openRecordHost, operator, type RecordHost } from './record-host.js';
import { codeOf, problemsOf } from './rejection.js';
import { findDisagreements } from './write-audit.js';

describe('a write of one record', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const users = () => host.records(User, operator, { isElevated: true });

  for (const raw of ['text', '"quoted"', 7, false, [], ['a', null], {}, { 'a"\\': [{}] }, null] as const) {
    it(`stores what a write of several does: ${JSON.stringify(raw)}`, async () => {
      const input = {
        ...{ name: String.raw`a "b" \N {c,d} $1 ?`, notes: "it's\n\t你好 🎉", count: 0, weight: '-1.500', share: 0.25 },
        ...{ price: { amount: '3.10', currency: 'EUR' }, isFragile: true, takenOn: '2026-02-28', lasted: 60 },
        ...{ seenAt: '2026-02-28T10:00:00.000Z', tags: ['blue', 'red'] as const, email: 'a@b.example', raw },
        readings: [{ value: '1.5', cost: { amount: '2.00', currency: 'USD' } }, { value: '2' }],
      };
      const valuesOf = (record: object): object =>
        Object.fromEntries(Object.entries(record).filter(([name]) => !/^(id|createdAt|updatedAt)$/.test(name)));

      const one = await host.records(Sample).create(input);
      const several = known(await host.records(Sample).createMany([input, input]));

      const [single, ...others] = await Promise.all(
        [one, ...several].map(async ({ id }) => valuesOf(await host.records(Sample).get(id))),
      );
      expect(others).to.deep.equal([single, single]);
      expect(single).to.deep.equal(valuesOf(one));
      const histories = await Promise.all([one, ...several].map(({ id }) => host.audit(id)));
      const [changes, ...same] = histories.map(([row]) => row?.changes);
      expect(same).to.deep.equal([changes, changes]);
    });
  }

  it('asks a second time only to say why nothing was written', async () => {
    const counts = () => Promise.all(['p_lab.samples', 'core.audit_log', 'core.events'].map(host.count));
    const account = await host.records(Account).create({ name: 'There' });
    const [before, missing] = [await counts(), uuidV7()];

    const refused = await host.sentBy(async () => {
      const problems = await problemsOf(
        host.records(Sample).create({ name: 'Not', account: account.id, method: missing, owner: missing }),
      );
      expect(problems).to.have.members(['/method unknown_reference', '/owner unknown_reference']);
    });

    expect(refused).to.have.length(2);
    expect(await counts()).to.deep.equal(before);
    expect(await host.sentBy(() => host.records(Sample).create({ name: 'Fine', account: account.id }))).to.have.length(
      1,
    );
  });

  it('waits for what becomes of a record it refers to', async () => {
    const [goes, stays] = known(await host.records(Account).createMany([{ name: 'Goes' }, { name: 'Stays' }]));
    const attempt = (account: string) => problemsOf(host.records(Sample).create({ name: 'Refers', account }));

    const refused = await host.tx(async (unit) => {
      await host.records(Account, operator, { unit }).update(goes.id, { name: 'Goes soon' });
      await host.records(Account, operator, { unit }).trash(goes.id);
      const waiting = attempt(goes.id);
      await host.untilBlocked(waiting);
      return { waiting };
    });
    const written = await host.tx(async ({ trx }) => {
      await trx('core.accounts').where({ id: stays.id }).forUpdate();
      const waiting = host.records(Sample).create({ name: 'Refers', account: stays.id });
      await host.untilBlocked(waiting);
      return { waiting };
    });

    expect(await refused.waiting).to.deep.equal(['/account unknown_reference']);
    expect(await written.waiting).to.include({ account: stays.id });
    expect(await findDisagreements(host.database, 'lab.sample', 'p_lab.samples')).to.deep.equal([]);
  });

  for (const [doing, before, after, isWritten] of [
    ['leaving', 'no_login', 'inactive', false],
    ['coming back', 'inactive', 'no_login', true],
  ] as const)
    it(`is ${isWritten ? 'written' : 'refused'} when its owner is just ${doing}`, async () => {
      const owner = await users().create({ name: 'Owner', status: before });

      const { outcome } = await host.tx(async (unit) => {
        await host.records(User, operator, { isElevated: true, unit }).update(owner.id, { status: after });
        const attempt = host.records(Sample).create({ name: 'Raced', owner: owner.id });
        const waiting = attempt.then(() => 'written', codeOf);
        await host.untilBlocked(waiting);
        return { outcome: waiting };
      });

      expect(await outcome).to.equal(isWritten ? 'written' : 'invalid_record');
    });

  it('belongs to the team that its owner has by then', async () => {
    const [north, south] = known(await host.records(Team).createMany([{ name: 'From' }, { name: 'To' }]));
    const mover = await users().create({ name: 'Mover', team: north.id });

    const { creating } = await host.tx(async (unit) => {
      await host.records(User, operator, { isElevated: true, unit }).update(mover.id, { team: south.id });
      const waiting = host.records(Sample).create({ name: 'Moves along', owner: mover.id });
      await host.untilBlocked(waiting);
      return { creating: waiting };
    });

    const sample = await creating;
    expect(sample).to.include({ team: south.id });
    expect(await host.records(Sample).get(sample.id)).to.include({ team: south.id });
  });
});
