import { Account, Contact, ConflictError, Team, User, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Batch, Method, Sample } from '../records/lab.js';
import { identityOf, operator, reaches } from '../records/record-host.js';
import { rejection } from '../records/rejection.js';
import { openChangeHost, type ChangeHost } from './change-host.js';

describe('taking a change set back', () => {
  let world: ChangeHost;
  before(async () => (world = await openChangeHost()));
  after(() => world.close());

  const records = ((entity, identity, options) =>
    world.host.records(entity, identity, options)) as ChangeHost['host']['records'];
  const codes = (problems: readonly { recordId: Id; field: string | null; code: string }[]) =>
    problems.map(({ recordId, field, code }) => [recordId, field, code]);

  it('gives fields of every kind back: own ones, lists, those of plugins, read-only ones', async () => {
    const contact = await records(Contact).create({ name: 'Reader' });
    const sample = await records(Sample).create({
      name: 'First',
      price: { amount: '12.5', currency: 'EUR' },
      tags: ['red'],
      seenAt: '2026-02-01T09:00:00.000Z',
      readings: [{ value: '1.5', contact: contact.id }],
    });
    const account = await records(Account).create({ name: 'Acme', domains: [{ domain: 'acme.test' }] });
    await records(Account).update(account.id, { extras: { lab: { grade: 'a', visits: [{ day: '2026-01-01' }] } } });
    const [before, accountBefore] = [await records(Sample).get(sample.id), await records(Account).get(account.id)];
    const id = await world.changeSet([
      (unit) =>
        records(Sample, operator, { unit, isElevated: true }).update(sample.id, {
          name: 'Second',
          verdict: 'good',
          price: { amount: '1', currency: 'USD' },
          tags: ['blue', 'green'],
          seenAt: null,
          readings: [{ value: '2' }, { value: '3' }],
          secret: 'hush',
        } as never),
      (unit) =>
        records(Account, operator, { unit }).update(account.id, {
          name: 'Acme 2',
          domains: [],
          extras: { lab: { grade: 'b', visits: [] } },
        }),
      (unit) => records(Sample, operator, { unit }).update(sample.id, { name: 'Third' }),
    ]);

    const { set, problems } = await world.undo(id);

    expect([set.state, problems]).to.deep.equal(['done', []]);
    expect(set.counts).to.deep.equal({ updated: 2 });
    const after = await records(Sample).get(sample.id);
    expect(after).to.deep.equal({ ...before, version: after.version, updatedAt: after.updatedAt });
    const accountAfter = await records(Account).get(account.id);
    expect(accountAfter).to.deep.equal({
      ...accountBefore,
      version: accountAfter.version,
      updatedAt: accountAfter.updatedAt,
    });
    const audit = await world.host.audit(sample.id, 'updated');
    expect(audit.at(-1)).to.include({ change_set: set.id });
    expect((await world.host.events(sample.id)).at(-1)).to.include({ type: 'lab.sample-updated', change_set: set.id });
  });

  it('keeps what others changed since, field by field, and says so', async () => {
    const sample = await records(Sample).create({ name: 'Mine', count: 1 });
    const id = await world.changeSet([
      (unit) => records(Sample, operator, { unit }).update(sample.id, { name: 'Ours', count: 2 }),
    ]);
    await records(Sample).update(sample.id, { name: 'Theirs' });

    const { problems } = await world.undo(id);

    expect(await records(Sample).get(sample.id)).to.include({ name: 'Theirs', count: 1 });
    expect(codes(problems)).to.deep.equal([[sample.id, 'name', 'changed_since']]);
  });

  it('puts into the trash what was made, unless somebody worked on it since or hung something on it', async () => {
    const made: Id[] = [];
    const id = await world.changeSet([
      async (unit) => {
        const batches = await records(Batch, operator, { unit }).createMany(
          ['plain', 'touched', 'used'].map((name) => ({ name })),
        );
        made.push(...batches.map((batch) => batch.id));
      },
      (unit) => records(Sample, operator, { unit }).create({ name: 'along', batch: made[0] ?? null }),
    ]);
    const [plain = '', touched = '', used = ''] = made;
    await records(Batch).update(touched, { name: 'touched by hand' });
    const hung = await records(Sample).create({ name: 'hung on it', batch: used });

    const { set, problems } = await world.undo(id);

    const left = await records(Batch).getMany(made);
    expect(left.map((batch) => batch.id).toSorted()).to.deep.equal([touched, used].toSorted());
    expect(codes(problems)).to.have.deep.members([
      [touched, null, 'changed_since'],
      [used, null, 'has_dependents'],
    ]);
    expect(set.counts).to.deep.equal({ trashed: 2 });
    expect((await records(Sample).get(hung.id)).batch).to.equal(used);
    expect((await rejection(records(Batch).get(plain))).code).to.equal('batch_not_found');
  });

  it('brings back what was trashed with what went along, and refs that were cleared', async () => {
    const batch = await records(Batch).create({ name: 'goes' });
    const inner = await records(Batch).create({ name: 'inner', parent: batch.id });
    const sample = await records(Sample).create({ name: 'goes along', batch: inner.id });
    const account = await records(Account).create({ name: 'Cleared' });
    const [holder, changed] = await records(Sample).createMany([
      { name: 'holder', account: account.id },
      { name: 'changed', account: account.id },
    ]);
    const other = await records(Account).create({ name: 'Other' });
    const id = await world.changeSet([
      (unit) => records(Batch, operator, { unit }).trash(batch.id),
      (unit) => records(Account, operator, { unit }).trash(account.id),
    ]);
    await records(Sample).update(changed?.id ?? '', { account: other.id });

    const { set, problems } = await world.undo(id);

    expect((await records(Sample).get(sample.id)).batch).to.equal(inner.id);
    expect((await records(Account).get(account.id)).name).to.equal('Cleared');
    expect((await records(Sample).get(holder?.id ?? '')).account).to.equal(account.id);
    expect((await records(Sample).get(changed?.id ?? '')).account).to.equal(other.id);
    expect(codes(problems)).to.deep.equal([[changed?.id, 'account', 'changed_since']]);
    expect(set.counts).to.deep.equal({ restored: 4, updated: 1 });
    expect(await world.host.query(Sample).where({ name: 'goes along' }).count()).to.equal(1);
  });

  it('asks the undoer’s own rights about each record and restricted field', async () => {
    const team = await records(Team).create({ name: 'Lab' });
    const user = await records(User).create({ name: 'Ann', email: 'ann@undo.test', team: team.id });
    const [mine, theirs] = await records(Sample).createMany([
      { name: 'mine', owner: user.id, secret: 'old' },
      { name: 'theirs', secret: 'old' },
    ]);
    const ann = identityOf({
      userId: user.id,
      reach: reaches({ 'lab.sample:read': 'all', 'lab.sample:update': 'own', 'lab.sample:delete': 'own' }),
    });
    const patch = { name: 'changed', secret: 'new' };
    const id = await world.changeSet(
      [
        (unit) =>
          records(Sample, operator, { unit }).updateMany(
            [mine, theirs].map((sample) => ({ id: sample?.id ?? '', patch })),
          ),
      ],
      ann,
    );

    const { problems } = await world.undo(id, ann);

    expect(await records(Sample).get(mine?.id ?? '')).to.include({ name: 'mine', secret: 'new' });
    expect(await records(Sample).get(theirs?.id ?? '')).to.include({ name: 'changed', secret: 'new' });
    expect(codes(problems)).to.have.deep.members([
      [mine?.id, null, 'forbidden'],
      [theirs?.id, null, 'forbidden'],
    ]);
  });

  it('leaves out single records that a guard or a unique field refuses', async () => {
    const samples = await records(Sample).createMany(
      [...Array(40).keys()].map((n) => ({ name: `guarded ${n}`, code: `old-${n}` })),
    );
    const id = await world.changeSet([
      (unit) =>
        records(Sample, operator, { unit }).updateMany(
          samples.map((sample, n) => ({ id: sample.id, patch: { code: `new-${n}` } })),
        ),
    ]);
    await records(Sample).create({ name: 'taker', code: 'old-7' });
    const check = (_: unknown, changes: readonly { readonly after: unknown }[]): Promise<void> => {
      const isBad = changes.some(({ after }) => JSON.stringify(after).includes('"old-31"'));
      return isBad ? Promise.reject(new ConflictError('not_back_to_31')) : Promise.resolve();
    };
    world.host.guards.set('lab.sample:update', [{ module: 'lab', entity: 'lab.sample', verb: 'update', check }]);

    const { problems } = await world.undo(id);
    world.host.guards.delete('lab.sample:update');

    expect(codes(problems)).to.have.deep.members([
      [samples[7]?.id, 'code', 'not_unique'],
      [samples[31]?.id, null, 'not_back_to_31'],
    ]);
    const after = await records(Sample).getMany(samples.map((sample) => sample.id));
    expect(after.filter(({ code }) => code?.startsWith('old-')).length).to.equal(38);
  });

  it('takes back first what a merge gave the winner of what only one can have', async () => {
    const [winner, loser] = await records(Sample).createMany([{ name: 'winner' }, { name: 'loser', code: 'only-one' }]);
    const [kept, gone] = [winner?.id ?? '', loser?.id ?? ''];
    const id = await world.changeSet([
      async (unit) => {
        await records(Sample, operator, { unit }).trash(gone);
        await records(Sample, operator, { unit }).update(kept, { code: 'only-one' });
      },
    ]);
    await world.host.database.work.raw(`update core.change_sets set kind = 'merge' where id = ?`, [id]);

    const { problems } = await world.undo(id);

    expect(problems).to.deep.equal([]);
    expect((await records(Sample).get(gone)).code).to.equal('only-one');
    expect((await records(Sample).get(kept)).code).to.equal(null);
  });

  it('is not spent while the module of the records is not active', async () => {
    const sample = await records(Sample).create({ name: 'before' });
    const id = await world.changeSet([
      (unit) => records(Sample, operator, { unit }).update(sample.id, { name: 'after' }),
    ]);
    await world.host.database.work.raw(`update core.change_sets set entity = 'gone.sample' where id = ?`, [id]);

    const refused = await rejection(world.undo(id));
    await world.host.database.work.raw(`update core.change_sets set entity = 'lab.sample' where id = ?`, [id]);
    await world.undo(id);

    expect(refused.code).to.equal('change_set_not_undoable');
    expect((await records(Sample).get(sample.id)).name).to.equal('before');
  });

  it('goes on where it stands, however often it is broken off, and takes no row back twice', async () => {
    const samples = await records(Sample).createMany([...Array(1200).keys()].map((n) => ({ name: `many ${n}` })));
    const id = await world.changeSet([
      (unit) =>
        records(Sample, operator, { unit }).updateMany(
          samples.map((sample) => ({ id: sample.id, patch: { notes: 'bulk' } })),
        ),
    ]);
    const undo = await world.changeSets.undo(id, operator);
    const { work } = world.host.database;
    await work.raw(`create function core.break_off() returns trigger language plpgsql as $$ begin
      if new.rows_done >= 1000 then raise exception 'broken off'; end if; return new; end $$`);
    await work.raw(
      'create trigger break_off before update on core.change_sets for each row execute function core.break_off()',
    );

    const broken = await world.changeSets.run(undo.id).then(
      () => 'through',
      () => 'broken off',
    );
    await work.raw('drop trigger break_off on core.change_sets');
    const between = await world.changeSets.get(undo.id, operator);
    await Promise.all([world.changeSets.run(undo.id), world.changeSets.run(undo.id)]);

    expect([broken, between.state, between.rowsDone]).to.deep.equal(['broken off', 'running', 500]);
    expect(await world.changeSets.get(undo.id, operator)).to.deep.include({
      state: 'done',
      rowsDone: 1200,
      counts: { updated: 1200 },
    });
    const after = await records(Sample).getMany(samples.map((sample) => sample.id));
    expect(new Set(after.map(({ notes, version }) => `${notes ?? 'none'} ${version}`))).to.deep.equal(
      new Set(['none 3']),
    );
  });

  it('is won by one of those who ask at once, and never done twice', async () => {
    const method = await records(Method).create({ name: 'once' });
    const id = await world.changeSet([
      (unit) => records(Method, operator, { unit }).update(method.id, { name: 'twice' }),
    ]);

    const asked = await Promise.allSettled([1, 2, 3].map(() => world.changeSets.undo(id, operator)));

    expect(asked.filter(({ status }) => status === 'fulfilled').length).to.equal(1);
    const again = await rejection(world.changeSets.undo(id, operator));
    expect([again.code, again.status]).to.deep.equal(['change_set_already_undone', 409]);
    const [won] = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect((await rejection(world.changeSets.undo(won?.id ?? '', operator))).code).to.equal('change_set_not_undoable');
    const stranger = identityOf({ userId: '00000000-0000-7000-8000-000000000001' });
    expect((await rejection(world.changeSets.undo(id, stranger))).code).to.equal('change_set_not_found');
  });
});
