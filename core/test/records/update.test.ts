import { Account, Contact, Team, User, type PatchOf } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Sample } from './lab.js';
import { openRecordHost, type RecordHost, known } from './record-host.js';
import { problemsOf, rejection, messageOf } from './rejection.js';

describe('updating a record', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  it('changes the named fields, grows the version and tells audit log and events what changed', async () => {
    const sample = await host
      .records(Sample)
      .create({ name: 'Old', count: 1, readings: [{ value: '1' }, { value: '2' }] });
    host.clock.advance(1000);

    const updated = await host
      .records(Sample)
      .update(sample.id, { name: 'New', readings: [{ value: '3' }], price: { amount: '1', currency: 'EUR' } });

    expect(updated).to.deep.include({
      name: 'New',
      count: 1,
      version: 2,
      createdAt: sample.createdAt,
      updatedAt: '2026-03-01T10:00:01.000Z',
    });
    expect(await host.records(Sample).get(sample.id)).to.deep.equal(updated);
    const [audit] = known(await host.audit(sample.id, 'updated'));
    expect(audit).to.deep.include({
      entity: 'lab.sample',
      record_version: 2,
      actor: 'operator',
      request_id: 'test-request',
      cause: null,
    });
    expect(audit.changes['name']).to.deep.equal({ from: 'Old', to: 'New' });
    expect(audit.changes['price']).to.deep.equal({ from: null, to: { amount: '1.00', currency: 'EUR' } });
    const [, event] = known(await host.events(sample.id));
    expect(event.payload).to.deep.equal({ id: sample.id, version: 2, changed: ['name', 'readings', 'price'] });
    expect(event.change_set).to.equal(audit['change_set']);
    expect(await host.database.knex('core.pending_events').where({ event_id: event.id })).to.have.length(1);
  });

  it('writes nothing when nothing differs', async () => {
    const sample = await host
      .records(Sample)
      .create({ name: 'Same', weight: '1.50', tags: ['red'], raw: { a: 1, b: 2 }, readings: [{ value: '1' }] });
    const before = await host.count('core.audit_log');
    host.clock.advance(1000);

    const same = await host.records(Sample).update(sample.id, {
      name: ' Same ',
      weight: '1.5',
      tags: ['red', 'red'],
      raw: { b: 2, a: 1 },
      readings: [{ value: '1.0' }],
    });

    expect(same).to.deep.equal(sample);
    expect(await host.count('core.audit_log')).to.equal(before);
  });

  it('refuses a version that is no longer the newest', async () => {
    const sample = await host.records(Sample).create({ name: 'Raced' });
    await host.records(Sample).update(sample.id, { count: 1 });

    const error = await rejection(host.records(Sample).update(sample.id, { count: 2 }, { version: 1 }));

    expect(error).to.include({ code: 'stale_version', status: 412 });
    expect(error.details).to.deep.equal({ version: 2 });
  });

  it('loses no update when two write at once', async () => {
    const sample = await host.records(Sample).create({ name: 'Both' });

    const second = await host.tx(async (unit) => {
      await host.records(Sample, undefined, { unit }).update(sample.id, { count: 5, readings: [{ value: '1' }] });
      const waiting = host.records(Sample).update(sample.id, { notes: 'n', readings: [{ value: '1' }] });
      await host.untilBlocked(waiting);
      return { waiting };
    });
    const updated = await second.waiting;

    expect(updated).to.deep.include({ count: 5, notes: 'n', version: 3 });
    const [, , change] = known(await host.audit(sample.id));
    expect(Object.keys(change.changes)).to.deep.equal(['notes']);
  });

  it('keeps plugin fields in their side table', async () => {
    const account = await host.records(Account).create({ name: 'Side' });

    await host.records(Account).update(account.id, { extras: { lab: { grade: 'a' } } });
    const updated = await host
      .records(Account)
      .update(account.id, { extras: { lab: { visits: [{ day: '2026-02-02' }] } } });

    expect(Reflect.get(updated, 'lab')).to.deep.include({ grade: 'a', visits: [{ day: '2026-02-02' }] });
    expect(await host.records(Account).get(account.id)).to.deep.equal(updated);
    const [, , row] = known(await host.audit(account.id));
    expect(Object.keys(row.changes)).to.deep.equal(['lab.visits']);
  });

  it('moves a record to the team of its new owner', async () => {
    const team = await host.records(Team).create({ name: 'South' });
    const owner = await host.records(User).create({ name: 'Ova', team: team.id });
    const account = await host.records(Account).create({ name: 'Moving' });

    const moved = await host.records(Account).update(account.id, { owner: owner.id });

    expect(moved).to.include({ owner: owner.id, team: team.id });
  });

  it('changes many records with the same number of statements as one', async () => {
    const accounts = await host
      .records(Account)
      .createMany(Array.from({ length: 60 }, (_, n) => ({ name: `Account ${n}` })));
    const change = (count: number, industry: string) =>
      accounts.slice(0, count).map(({ id }) => ({ id, patch: { industry } }));

    const one = await host.statementsOf(() => host.records(Account).updateMany(change(1, 'a')));
    const many = await host.statementsOf(() => host.records(Account).updateMany(change(60, 'b')));

    expect(many.length).to.equal(one.length);
    const read = await host.records(Account).getMany(accounts.map(({ id }) => id));
    expect(new Set(read.map(({ industry, version }) => `${industry} ${version}`))).to.have.keys(['b 3', 'b 2']);
  });

  it('is all or nothing for many', async () => {
    const [a, b] = known(await host.records(Account).createMany([{ name: 'A' }, { name: 'B' }]));

    const problems = await problemsOf(
      host.records(Account).updateMany([
        { id: a.id, patch: { name: 'A2' } },
        { id: b.id, patch: { name: null } as unknown as PatchOf<typeof Account> },
      ]),
    );

    expect(problems).to.deep.equal(['/1/name required']);
    expect((await host.records(Account).get(a.id)).name).to.equal('A');
  });

  it('refuses a record above itself', async () => {
    const [a, b, c] = known(await host.records(Account).createMany([{ name: 'a' }, { name: 'b' }, { name: 'c' }]));
    const records = host.records(Account);
    await records.update(b.id, { parent: a.id });
    await records.update(c.id, { parent: b.id });

    expect(await problemsOf(records.update(a.id, { parent: c.id }))).to.deep.equal(['/parent circular']);
    expect(await problemsOf(records.update(a.id, { parent: a.id }))).to.deep.equal(['/parent circular']);
    const swapped = await records.updateMany([
      { id: c.id, patch: { parent: null } },
      { id: b.id, patch: { parent: c.id } },
    ]);
    expect(swapped.map(({ parent }) => parent)).to.deep.equal([null, c.id]);
  });

  it('refuses a circle that two make at once', async () => {
    const records = host.records(Account);
    for (let round = 0; round < 5; round++) {
      const [a, b] = known(await records.createMany([{ name: 'A' }, { name: 'B' }]));

      const outcomes = await Promise.allSettled([
        records.update(a.id, { parent: b.id }),
        records.update(b.id, { parent: a.id }),
      ]);

      expect(outcomes.map(({ status }) => status).toSorted()).to.deep.equal(['fulfilled', 'rejected']);
    }
  });

  it('asks the guards of the entity in the transaction, and a refusal changes nothing', async () => {
    const contact = await host.records(Contact).create({ name: 'Guarded' });
    const seen: unknown[] = [];
    host.guards.set('core.contact:update', [
      {
        module: 'lab',
        entity: 'core.contact',
        verb: 'update',
        check: (_ctx, changes) => (seen.push(...changes), Promise.reject(new Error('no'))),
      },
    ]);

    const outcome = await host.records(Contact).update(contact.id, { jobTitle: 'Boss' }).catch(messageOf);

    host.guards.clear();
    expect(outcome).to.equal('no');
    expect(seen).to.have.nested.property('[0].before.jobTitle', null);
    expect(seen).to.have.nested.property('[0].after.jobTitle', 'Boss');
    expect((await host.records(Contact).get(contact.id)).version).to.equal(1);
  });
});
