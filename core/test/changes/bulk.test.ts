import { ConflictError, Team, User, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { bulkKinds, bulkWork } from '../../dist/changes/bulk/bulk-work.js';
import type { ChangeSetProblem } from '../../dist/changes/change-set.js';
import type { Identity } from '../../dist/auth/identity.js';
import { Batch, Method, Sample } from '../records/lab.js';
import { identityOf, known, operator, reaches, type RecordHost } from '../records/record-host.js';
import { openChangeHost, type ChangeHost } from './change-host.js';

describe('a bulk change', () => {
  let world: ChangeHost;
  let host: RecordHost;
  before(async () => {
    world = await openChangeHost();
    host = world.host;
    for (const kind of Object.values(bulkKinds)) world.works.set(kind, bulkWork);
  });
  after(() => world.close());

  interface Bulk {
    readonly action: keyof typeof bulkKinds;
    readonly ids?: readonly Id[];
    readonly matching?: Readonly<Record<string, string>>;
    readonly set?: object;
    readonly entity?: string;
  }

  async function submitted({ action, ids, entity = 'lab.sample', ...what }: Bulk, as: Identity) {
    const items = ids === undefined ? {} : { items: ids };
    const input = { action, matching: what.matching ?? null, set: what.set ?? null };
    return world.changeSets.submit({ kind: bulkKinds[action], entity, input, ...items }, world.know(as));
  }

  async function done(bulk: Bulk, as = operator) {
    const { id } = await submitted(bulk, as);
    await world.changeSets.run(id);
    const set = await world.changeSets.get(id, operator);
    const problems = await world.changeSets.problems(set, { behind: '0', limit: 1000 });
    return { id, set, problems: problems.map(({ recordId, code }: ChangeSetProblem) => [recordId, code]) };
  }

  const samples = (count: number, given: object = {}) =>
    host.records(Sample).createMany([...Array(count).keys()].map((n) => ({ name: `s${n}`, ...given })));
  const idsOf = (records: readonly { readonly id: Id }[]): Id[] => records.map(({ id }) => id);

  it('changes all that a list goes through, with a number of statements that does not grow with them', async () => {
    const few = await samples(100, { state: 'tested', count: 7 });
    await samples(3, { state: 'tested', count: 8 });
    const query = { 'filter[state]': 'tested', 'filter[count][lte]': '7' };
    const { id: first } = await submitted({ action: 'update', matching: query, set: { notes: 'few' } }, operator);
    const forFew = await host.sentBy(() => world.changeSets.run(first));
    const more = await samples(400, { state: 'tested', count: 6 });

    const { id } = await submitted(
      { action: 'update', matching: query, set: { notes: 'many', tags: ['red'] } },
      operator,
    );
    const forMany = await host.sentBy(() => world.changeSets.run(id));

    const set = await world.changeSets.get(id, operator);
    expect(set).to.deep.include({ state: 'done', rowsDone: 500, counts: { updated: 500 }, problemCount: 0 });
    expect(forMany.length).to.be.at.most(forFew.length + 10);
    const changed = await host.records(Sample).getMany(idsOf([...few, ...more]));
    expect(new Set(changed.map(({ notes, tags }) => `${notes ?? ''} ${tags.join()}`))).to.deep.equal(
      new Set(['many red']),
    );
    expect(await host.query(Sample).where({ notes: 'many' }).count()).to.equal(500);
    const [audit] = await host.audit(few[0]?.id ?? '', 'updated').then((rows) => rows.slice(-1));
    expect(audit).to.include({ change_set: id });

    const undone = await world.undo(id);

    expect(undone.set.counts).to.deep.equal({ updated: 500 });
    expect(await host.query(Sample).where({ notes: 'few' }).count()).to.equal(100);
  });

  it('asks the rights about each record, and tells nothing of those that are hidden', async () => {
    const team = await host.records(Team).create({ name: 'Bulk' });
    const user = await host.records(User).create({ name: 'Ben', email: 'ben@bulk.test', team: team.id });
    const [mine, ours, hidden] = known(
      await host
        .records(Sample)
        .createMany([{ name: 'mine', owner: user.id }, { name: 'ours', owner: user.id }, { name: 'hidden' }]),
    );
    const other = await host.records(User).create({ name: 'Cid', email: 'cid@bulk.test', team: team.id });
    await host.records(Sample).update(ours.id, { owner: other.id });
    const ben = identityOf({
      userId: user.id,
      teamIds: [team.id],
      reach: reaches({ 'lab.sample:read': 'team', 'lab.sample:update': 'own' }),
    });
    const absent = '00000000-0000-7000-8000-000000000009';

    const { problems } = await done(
      { action: 'update', ids: idsOf([mine, ours, hidden]).concat(absent), set: { count: 9 } },
      ben,
    );
    const all = await done({ action: 'update', matching: {}, set: { count: 11 } }, ben);

    expect(problems).to.have.deep.members([
      [ours.id, 'forbidden'],
      [hidden.id, 'not_found'],
      [absent, 'not_found'],
    ]);
    expect(all.problems).to.deep.equal([[ours.id, 'forbidden']]);
    const counts = await host.records(Sample).getMany(idsOf([mine, ours, hidden]));
    expect(new Map(counts.map(({ name, count }) => [name, count]))).to.deep.equal(
      new Map([
        ['mine', 11],
        ['ours', null],
        ['hidden', null],
      ]),
    );
  });

  it('moves records to the team of their new owner', async () => {
    const team = await host.records(Team).create({ name: 'New owners' });
    const user = await host.records(User).create({ name: 'Dee', email: 'dee@bulk.test', team: team.id });
    const made = await samples(5);

    const { id } = await done({ action: 'update', ids: idsOf(made), set: { owner: user.id } });

    const owned = await host.records(Sample).getMany(idsOf(made));
    expect(owned.map((one) => [one.owner, one.team])).to.deep.equal(made.map(() => [user.id, team.id]));
    await world.undo(id);
    const back = await host.records(Sample).getMany(idsOf(made));
    expect(back.map((one) => [one.owner, one.team])).to.deep.equal(made.map(() => [null, null]));
  });

  it('deletes, leaves out what others hold back, and restoring one brings back that one only', async () => {
    const methods = await host.records(Method).createMany([...Array(30).keys()].map((n) => ({ name: `m${n}` })));
    const [first, , held] = known(methods);
    const holder = await host.records(Sample).create({ name: 'holder', method: held.id });

    const { id, set, problems } = await done({ action: 'delete', ids: idsOf(methods), entity: 'lab.method' });
    await host.records(Method).restore(first.id);

    expect(set.counts).to.deep.equal({ trashed: 29 });
    expect(problems).to.deep.equal([[held.id, 'still_referenced']]);
    const left = await host.records(Method).getMany(idsOf(methods));
    expect(new Set(idsOf(left))).to.deep.equal(new Set([first.id, held.id]));
    expect((await host.records(Sample).get(holder.id)).method).to.equal(held.id);
    const undone = await world.undo(id);
    expect(undone.set.counts).to.deep.equal({ restored: 28 });
    expect((await host.records(Method).getMany(idsOf(methods))).length).to.equal(30);
  });

  it('restores records of the trash with what went along with each', async () => {
    const batches = await host.records(Batch).createMany([{ name: 'b1' }, { name: 'b2' }, { name: 'b3' }]);
    const along = await host
      .records(Sample)
      .createMany(batches.map(({ id }, n) => ({ name: `along ${n}`, batch: id })));
    await done({ action: 'delete', ids: idsOf(batches), entity: 'lab.batch' });
    expect((await host.records(Sample).getMany(idsOf(along))).length).to.equal(0);

    const { id, set } = await done({ action: 'restore', ids: idsOf(batches.slice(0, 2)), entity: 'lab.batch' });

    expect(set.counts).to.deep.equal({ restored: 4 });
    expect((await host.records(Batch).getMany(idsOf(batches))).length).to.equal(2);
    expect((await host.records(Sample).getMany(idsOf(along))).length).to.equal(2);
    await world.undo(id);
    expect((await host.records(Sample).getMany(idsOf(along))).length).to.equal(0);
  });

  it('restores all of the trash that fit, children of others too, and takes it back', async () => {
    const batches = await host.records(Batch).createMany([...Array(3).keys()].map((n) => ({ name: `all ${n}` })));
    const along = await host.records(Sample).createMany(batches.map(({ id }, n) => ({ name: `with ${n}`, batch: id })));
    await done({ action: 'delete', ids: idsOf(batches), entity: 'lab.batch' });

    const matching = { 'filter[name][startsWith]': 'with' };
    const { id, set, problems } = await done({ action: 'restore', matching, entity: 'lab.sample' });

    expect([set.state, problems]).to.deep.equal(['done', []]);
    expect((await host.records(Sample).getMany(idsOf(along))).length).to.equal(3);
    expect((await host.records(Batch).getMany(idsOf(batches))).length).to.equal(3);
    await world.undo(id);
    expect((await host.records(Sample).getMany(idsOf(along))).length).to.equal(0);
  });

  it('leaves out what a guard refuses, and goes on', async () => {
    const made = await samples(60);
    const bad = made[17]?.id ?? '';
    const check = (_: unknown, changes: readonly { readonly before: unknown }[]): Promise<void> =>
      changes.some(({ before }) => JSON.stringify(before).includes(bad))
        ? Promise.reject(new ConflictError('not_this_one'))
        : Promise.resolve();
    host.guards.set('lab.sample:update', [{ module: 'lab', entity: 'lab.sample', verb: 'update', check }]);

    const { set, problems } = await done({ action: 'update', ids: idsOf(made), set: { count: 3 } });
    host.guards.delete('lab.sample:update');

    expect(problems).to.deep.equal([[bad, 'not_this_one']]);
    expect(set.counts).to.deep.equal({ updated: 59 });
  });

  it('stops between two sets when somebody cancels it, and what is done can be taken back', async () => {
    const made = await samples(2600);
    const { id } = await submitted({ action: 'update', ids: idsOf(made), set: { count: 5 } }, operator);
    const calls = { count: 0 };
    const check = async (): Promise<void> => {
      calls.count += 1;
      if (calls.count === 2) void world.changeSets.cancel(id, operator).catch(() => undefined);
      if (calls.count === 2) await host.untilBlocked(new Promise((resolve) => setTimeout(resolve, 2000)));
    };
    host.guards.set('lab.sample:update', [{ module: 'lab', entity: 'lab.sample', verb: 'update', check }]);

    await world.changeSets.run(id);
    host.guards.delete('lab.sample:update');

    const set = await world.changeSets.get(id, operator);
    // Who waits for the row's lock may have to let the next set pass.
    expect(set.rowsDone).to.be.oneOf([1000, 1500, 2000, 2500]);
    expect([set.state, set.counts]).to.deep.equal(['cancelled', { updated: set.rowsDone }]);
    const { set: undo } = await world.undo(id);
    expect(undo.counts).to.deep.equal({ updated: set.rowsDone });
  });
});
