import { Account, Contact, Team, User, isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { Batch, Method, Sample } from './lab.js';
import { identityOf, openRecordHost, reaches, type RecordHost, known } from './record-host.js';
import { codeOf, rejection, messageOf } from './rejection.js';

describe('the trash', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const isGone = async (promise: Promise<unknown>): Promise<boolean> =>
    promise.then(
      () => false,
      (error: unknown) => isTrellisError(error) && error.status === 404,
    );

  it('takes a record out of every read, and restoration brings it back', async () => {
    const account = await host.records(Account).create({ name: 'Gone', domains: [{ domain: 'gone.test' }] });

    await host.records(Account).trash(account.id, { version: 1 });
    const meanwhile = [
      await isGone(host.records(Account).get(account.id)),
      await host.query(Account).where({ name: 'Gone' }).count(),
    ];
    const again = await rejection(host.records(Account).trash(account.id));
    const restored = await host.records(Account).restore(account.id);

    expect(meanwhile).to.deep.equal([true, 0]);
    expect(again.code).to.equal('account_not_found');
    expect(restored).to.deep.equal({ ...account, version: 3, updatedAt: restored.updatedAt });
    expect((await rejection(host.records(Account).restore(account.id))).code).to.equal('account_not_found');
    const events = await host.events(account.id);
    expect(events.map(({ type }) => type)).to.deep.equal([
      'core.account-created',
      'core.account-trashed',
      'core.account-restored',
    ]);
    expect(events[2]?.payload).to.deep.equal({ id: account.id, version: 3, changed: [] });
  });

  it('takes along what cascades, level by level with a fixed number of statements, and brings the set back', async () => {
    const root = await host.records(Batch).create({ name: 'root' });
    const inner = await host.records(Batch).create({ name: 'inner', parent: root.id });
    const samples = await host
      .records(Sample)
      .createMany([...Array(30).keys()].map((n) => ({ name: `s${n}`, batch: n % 2 === 0 ? root.id : inner.id })));
    const alone = await host.records(Sample).create({ name: 'alone', batch: inner.id });
    await host.records(Sample).trash(alone.id);

    const statements = await host.statementsOf(() => host.records(Batch).trash(root.id));
    const left = await host.query(Sample).count();
    await host.records(Batch).restore(root.id);

    expect(statements.length).to.be.below(40);
    expect(left).to.equal(0);
    expect(await host.query(Sample).count()).to.equal(samples.length);
    expect(await host.query(Batch).count()).to.equal(2);
    expect(await isGone(host.records(Sample).get(alone.id))).to.equal(true);
    const [row] = known(await host.audit(inner.id, 'trashed'));
    expect(row.cause).to.equal('cascade');
  });

  it('refuses while something restricts, and says what', async () => {
    const method = await host.records(Method).create({ name: 'used' });
    const sample = await host.records(Sample).create({ name: 'user', method: method.id });
    const before = await host.count('core.audit_log');

    const error = await rejection(host.records(Method).trash(method.id));

    expect(error).to.include({ code: 'still_referenced', status: 409 });
    expect(error.details).to.deep.equal({
      references: [{ entity: 'lab.sample', field: 'method', count: 1, ids: [sample.id] }],
    });
    expect(await host.count('core.audit_log')).to.equal(before);
    await host.records(Sample).trash(sample.id);
    await host.records(Method).trash(method.id);
    expect((await rejection(host.records(Sample).restore(sample.id))).code).to.equal('reference_in_trash');
  });

  it('keeps users and teams that own records', async () => {
    const team = await host.records(Team).create({ name: 'Owners' });
    const owner = await host.records(User).create({ name: 'Owner', team: team.id });
    await host.records(Account).create({ name: 'Owned', owner: owner.id });

    const errors = [
      await rejection(host.records(User).trash(owner.id)),
      await rejection(host.records(Team).trash(team.id)),
    ];

    expect(errors.map(({ code }) => code)).to.deep.equal(['still_referenced', 'still_referenced']);
    expect(errors[1]?.details['references']).to.have.length(2);
  });

  it('clears refs and entries that are declared so, and puts them back where nobody changed them since', async () => {
    const parent = await host.records(Account).create({ name: 'Parent' });
    const [kept, moved] = known(
      await host.records(Account).createMany([
        { name: 'Kept', parent: parent.id },
        { name: 'Moved', parent: parent.id },
      ]),
    );
    const contact = await host
      .records(Contact)
      .create({ name: 'Ann', accounts: [{ account: parent.id, role: 'buyer' }, { account: kept.id }] });
    const inspector = await host.records(User).create({ name: 'Inspector' });
    const inspected = await host
      .records(Account)
      .create({ name: 'Inspected', extras: { lab: { inspector: inspector.id } } });

    await host.records(Account).trash(parent.id);
    await host.records(User).trash(inspector.id);
    const cleared = await host.records(Account).get(kept.id);
    const freed = await host.records(Contact).get(contact.id);
    const uninspected = await host.records(Account).get(inspected.id);
    await host.records(Account).update(moved.id, { parent: kept.id });
    await host.records(Account).restore(parent.id);
    await host.records(User).restore(inspector.id);

    expect([cleared.parent, cleared.version]).to.deep.equal([null, 2]);
    expect(freed.accounts.map(({ account }) => account)).to.deep.equal([kept.id]);
    expect(uninspected).to.have.nested.property('lab.inspector', null);
    expect((await host.records(Account).get(kept.id)).parent).to.equal(parent.id);
    expect((await host.records(Account).get(moved.id)).parent).to.equal(kept.id);
    expect((await host.records(Contact).get(contact.id)).accounts).to.deep.equal(contact.accounts);
    expect(await host.records(Account).get(inspected.id)).to.have.nested.property('lab.inspector', inspector.id);
  });

  it('does not take along what the actor may not delete', async () => {
    const [me, other] = known(await host.records(User).createMany([{ name: 'Me' }, { name: 'Other' }]));
    const batch = await host.records(Batch).create({ name: 'shared' });
    const sample = await host.records(Sample).create({ name: 'theirs', batch: batch.id, owner: other.id });
    const actor = identityOf({
      userId: me.id,
      reach: (permission) => (permission === 'lab.sample:delete' ? 'own' : 'all'),
    });

    const error = await rejection(host.records(Batch, actor).trash(batch.id));

    expect(error.code).to.equal('still_referenced');
    expect(error.details).to.deep.equal({
      references: [{ entity: 'lab.sample', field: 'batch', count: 1, ids: [sample.id] }],
    });
    expect(await isGone(host.records(Batch).get(batch.id))).to.equal(false);
  });

  it('frees a unique value, and restoration refuses when it was taken meanwhile', async () => {
    const first = await host.records(User).create({ name: 'First', email: 'same@example.org' });
    await host.records(User).trash(first.id);
    await host.records(User).create({ name: 'Second', email: 'same@example.org' });

    const error = await rejection(host.records(User).restore(first.id));

    expect(error.code).to.equal('not_unique');
    expect(await isGone(host.records(User).get(first.id))).to.equal(true);
  });

  it('does not take along what nobody owns, and does not name it to those who may not see it', async () => {
    const user = await host.records(User).create({ name: 'Deleter' });
    const identity = identityOf({
      userId: user.id,
      reach: reaches({
        'lab.batch:read': 'all',
        'lab.batch:delete': 'all',
        'lab.sample:read': 'own',
        'lab.sample:delete': 'own',
      }),
    });
    const batch = await host.records(Batch).create({ name: 'shared' });
    const [own, nobodys] = known(
      await host.records(Sample).createMany([
        { name: 'own', batch: batch.id, owner: user.id },
        { name: 'nobody’s', batch: batch.id, owner: null },
      ]),
    );
    const before = await host.count('core.audit_log');

    const error = await rejection(host.records(Batch, identity).trash(batch.id));

    expect(error).to.include({ code: 'still_referenced', status: 409 });
    expect(error.details).to.deep.equal({
      references: [{ entity: 'lab.sample', field: 'batch', count: 1, ids: [] }],
    });
    expect(await host.count('core.audit_log')).to.equal(before);
    expect([own.owner, nobodys.owner]).to.deep.equal([user.id, null]);
    expect(await isGone(host.records(Sample).get(own.id))).to.equal(false);
  });

  it('lets a guard refuse what goes along', async () => {
    const batch = await host.records(Batch).create({ name: 'watched' });
    await host.records(Sample).create({ name: 'precious', batch: batch.id });
    host.guards.set('lab.sample:delete', [
      { module: 'lab', entity: 'lab.sample', verb: 'delete', check: () => Promise.reject(new Error('precious')) },
    ]);

    const outcome = await host.records(Batch).trash(batch.id).catch(messageOf);

    host.guards.clear();
    expect(outcome).to.equal('precious');
    expect(await isGone(host.records(Batch).get(batch.id))).to.equal(false);
  });

  it('waits for a record that is just being made to refer to what goes', async () => {
    const method = await host.records(Method).create({ name: 'raced' });
    let trashing: Promise<string> | undefined;
    const checked = async (): Promise<void> => {
      trashing = host
        .records(Method)
        .trash(method.id)
        .then(() => 'trashed', codeOf);
      await host.untilBlocked(trashing);
    };
    host.guards.set('lab.sample:create', [{ module: 'lab', entity: 'lab.sample', verb: 'create', check: checked }]);

    await host.records(Sample).create({ name: 'late', method: method.id });

    host.guards.clear();
    expect(await trashing).to.equal('still_referenced');
  });

  it('waits for a record that is just being made to refer to what goes along', async () => {
    const batch = await host.records(Batch).create({ name: 'raced' });
    const original = await host.records(Sample).create({ name: 'original', batch: batch.id });
    let trashing: Promise<string> | undefined;
    const checked = async (): Promise<void> => {
      trashing = host
        .records(Batch)
        .trash(batch.id)
        .then(() => 'trashed', codeOf);
      await host.untilBlocked(trashing);
    };
    host.guards.set('lab.sample:create', [{ module: 'lab', entity: 'lab.sample', verb: 'create', check: checked }]);

    const copy = await host.records(Sample).create({ name: 'copy', original: original.id });

    host.guards.clear();
    expect(await trashing).to.equal('trashed');
    expect(await host.records(Sample).get(copy.id)).to.include({ original: null, version: 2 });
  });
});
