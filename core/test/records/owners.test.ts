import { User, type Id } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Sample } from './lab.js';
import { openRecordHost, operator, type RecordHost } from './record-host.js';
import { problemsOf } from './rejection.js';

describe('the owner of a record', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  afterEach(() => {
    host.guards.clear();
  });

  after(() => host.close());

  type Status = 'no_login' | 'inactive';
  const users = () => host.records(User, operator, { isElevated: true });
  const addUser = async (status: Status = 'no_login'): Promise<Id> =>
    (await users().create({ name: 'Somebody', status })).id;

  it('is nobody who left', async () => {
    const [left, trashed] = [await addUser('inactive'), await addUser()];
    await users().trash(trashed);
    const sample = await host.records(Sample).create({ name: 'Given' });

    const refusals = await Promise.all([
      problemsOf(host.records(Sample).create({ name: 'New', owner: left })),
      problemsOf(host.records(Sample).createMany([{ name: 'Fine' }, { name: 'Not', owner: left }])),
      problemsOf(host.records(Sample).update(sample.id, { owner: left })),
      problemsOf(host.records(Sample).update(sample.id, { owner: trashed })),
    ]);

    expect(refusals).to.deep.equal([
      ['/owner inactive_owner'],
      ['/1/owner inactive_owner'],
      ['/owner inactive_owner'],
      ['/owner unknown_reference'],
    ]);
  });

  it('may be somebody who never signed in', async () => {
    const owner = await addUser();

    expect(await host.records(Sample).create({ name: 'Imported', owner })).to.include({ owner });
  });

  it('stays in place after leaving, even when named once more', async () => {
    const owner = await addUser();
    const sample = await host.records(Sample).create({ name: 'Kept', owner });
    await users().update(owner, { status: 'inactive' });

    const changed = await host.records(Sample).update(sample.id, { owner, count: 1 });

    expect(changed).to.include({ owner, count: 1 });
  });

  it('does not leave while a record is just being given to them', async () => {
    const owner = await addUser();
    let isOver = false;
    let leaving: Promise<unknown> | undefined;
    const check = async (): Promise<void> => {
      leaving = users()
        .update(owner, { status: 'inactive' })
        .then(() => (isOver = true));
      await host.untilBlocked(leaving);
      expect(isOver).to.equal(false);
    };
    host.guards.set('lab.sample:create', [{ module: 'lab', entity: 'lab.sample', verb: 'create', check }]);

    await host.records(Sample).create({ name: 'Raced', owner });

    await leaving;
    expect(isOver).to.equal(true);
  });

  it('is refused when they are just leaving', async () => {
    const owner = await addUser();
    const sample = await host.records(Sample).create({ name: 'Late' });

    const problems = await host.tx(async (unit) => {
      await host.records(User, operator, { isElevated: true, unit }).update(owner, { status: 'inactive' });
      const giving = problemsOf(host.records(Sample).update(sample.id, { owner }));
      await host.untilBlocked(giving);
      return { giving };
    });

    expect(await problems.giving).to.deep.equal(['/owner inactive_owner']);
  });
});
