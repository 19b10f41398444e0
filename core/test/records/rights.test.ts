import { Account, Team, User, type Reach } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { Identity } from '../../dist/auth/identity.js';
import { Sample } from './lab.js';
import { identityOf, openRecordHost, type RecordHost, known } from './record-host.js';
import { rejection, codeOf } from './rejection.js';

/** Records by whose they are, as Ann of team North sees them. */
type Relation = 'own' | 'team' | 'below' | 'elsewhere' | 'unowned';

const relations: readonly Relation[] = ['own', 'team', 'below', 'elsewhere', 'unowned'];

const within: Readonly<Record<Reach, readonly Relation[]>> = {
  own: ['own'],
  team: ['own', 'team'],
  subtree: ['own', 'team', 'below'],
  all: relations,
};

describe('rights on records', () => {
  let host: RecordHost;
  let ann: Partial<Identity> & { readonly userId: string };
  let ids: Readonly<Record<Relation, string>>;
  let samples: Readonly<Record<Relation, string>>;

  const actor = (grants: Readonly<Record<string, Reach>>): Identity =>
    identityOf({
      ...ann,
      reach: (permission) => grants[permission] ?? grants[permission.replace(/^[^:]+/, '*')] ?? null,
    });

  before(async () => {
    host = await openRecordHost();
    const [north, south] = known(await host.records(Team).createMany([{ name: 'North' }, { name: 'South' }]));
    const below = await host.records(Team).create({ name: 'North 2', parent: north.id });
    const [me, colleague, junior, stranger] = known(
      await host.records(User).createMany([
        { name: 'Ann', team: north.id },
        { name: 'Ben', team: north.id },
        { name: 'Cy', team: below.id },
        { name: 'Di', team: south.id },
      ]),
    );
    const owners = { own: me.id, team: colleague.id, below: junior.id, elsewhere: stranger.id, unowned: undefined };
    const accounts = await host
      .records(Account)
      .createMany(relations.map((name) => ({ name, owner: owners[name] ?? null })));
    const created = await host
      .records(Sample)
      .createMany(relations.map((name) => ({ name, owner: owners[name] ?? null })));
    ids = byRelation(accounts);
    samples = byRelation(created);
    ann = {
      userId: me.id,
      teamId: north.id,
      teamIds: [north.id],
      subtreeTeamIds: [north.id, below.id],
    };
  });

  after(() => host.close());

  const state = async (table: string) =>
    JSON.stringify(await host.database.knex(table).orderBy('id').select('id', 'version', 'deleted_at', 'owner_id'));

  for (const reach of ['own', 'team', 'subtree', 'all'] as const) {
    it(`reads and lists with reach ${reach} exactly ${within[reach].join(', ')}`, async () => {
      const identity = actor({ '*:read': reach });

      const listed = await host.query(Account, identity).sort('name');
      const got = await Promise.all(
        relations.map(async (name) => [
          name,
          await host
            .records(Account, identity)
            .get(ids[name])
            .then(() => 'read', codeOf),
        ]),
      );
      const many = await host.records(Account, identity).getMany(Object.values(ids));
      const counted = await host.query(Account, identity).count();
      const grouped = await host.query(Account, identity).group(['name']);

      expect(new Set(listed.map(({ name }) => name))).to.have.keys([...within[reach]]);
      expect(Object.fromEntries(got)).to.deep.equal(
        Object.fromEntries(
          relations.map((name) => [name, within[reach].includes(name) ? 'read' : 'account_not_found']),
        ),
      );
      expect([many.length, counted, grouped.length]).to.deep.equal(Array(3).fill(within[reach].length));
    });

    it(`writes with reach ${reach} exactly ${within[reach].join(', ')}, and nothing is changed by a refusal`, async () => {
      const identity = actor({ '*:read': 'all', '*:update': reach, '*:delete': reach });
      for (const name of relations) {
        const isAllowed = within[reach].includes(name);
        const before = await state('core.accounts');
        const update = await host
          .records(Account, identity)
          .update(ids[name], { industry: `${reach} ${name}` })
          .then(() => 'done', codeOf);
        const after = await state('core.accounts');
        expect(update, name).to.equal(isAllowed ? 'done' : 'forbidden');
        expect(before === after, name).to.equal(!isAllowed);
        const trash = await host
          .records(Account, identity)
          .trash(ids[name])
          .then(() => 'done', codeOf);
        expect(trash, name).to.equal(isAllowed ? 'done' : 'forbidden');
        expect((await state('core.accounts')) === after, name).to.equal(!isAllowed);
        const restoration = isAllowed
          ? await host
              .records(Account, identity)
              .restore(ids[name])
              .then(() => 'done')
          : 'forbidden';
        expect(restoration).to.equal(isAllowed ? 'done' : 'forbidden');
      }
    });

    it(`creates with reach ${reach} for those it reaches`, async () => {
      const identity = actor({ '*:read': 'all', '*:create': reach });
      const owners = await host.query(Account).sort('name');
      for (const { name, owner } of owners.filter(({ name }) => relations.includes(name as Relation))) {
        const rows = await host.count('p_lab.samples');
        const outcome = await host
          .records(Sample, identity)
          .create({ name: 'new', owner })
          .then(() => 'done', codeOf);
        const isAllowed = within[reach].includes(name as Relation);
        expect(outcome, name).to.equal(isAllowed ? 'done' : 'owner_out_of_reach');
        expect((await host.count('p_lab.samples')) - rows, name).to.equal(isAllowed ? 1 : 0);
      }
    });
  }

  it('lets nobody write what they cannot see, and does not say that it is there', async () => {
    const identity = actor({ '*:read': 'own', '*:update': 'all', '*:delete': 'all' });
    const before = await state('core.accounts');

    const invisible = await rejection(host.records(Account, identity).update(ids.elsewhere, { name: 'x' }));
    const absent = await rejection(
      host.records(Account, identity).update('01890000-0000-7000-8000-000000000000', { name: 'x' }),
    );
    const trash = await rejection(host.records(Account, identity).trash(ids.elsewhere));
    const restore = await rejection(host.records(Account, identity).restore(ids.elsewhere));

    for (const error of [invisible, absent, trash, restore])
      expect(error).to.include({ code: 'account_not_found', status: 404 });
    expect(invisible.message).to.equal(absent.message);
    expect(await state('core.accounts')).to.equal(before);
  });

  it('refuses every verb without its right', async () => {
    const identity = actor({});
    const records = host.records(Account, identity);
    const before = await state('core.accounts');

    const errors = await Promise.all(
      [
        () => records.get(ids.own),
        () => records.getMany([ids.own]),
        () => records.create({ name: 'x' }),
        () => records.update(ids.own, {}),
        () => records.trash(ids.own),
        () => records.restore(ids.own),
        () => host.query(Account, identity).count(),
        () => host.query(Account, identity).group(['name']),
      ].map(rejection),
    );

    for (const error of errors) expect(error.status).to.equal(403);
    expect(await state('core.accounts')).to.equal(before);
  });

  it('refuses to give a record to somebody out of reach', async () => {
    const identity = actor({ '*:read': 'all', '*:update': 'own' });
    const [stranger] = known(await host.query(User).where({ name: 'Di' }));

    const error = await rejection(host.records(Sample, identity).update(samples.own, { owner: stranger.id }));

    expect(error).to.include({ code: 'owner_out_of_reach', status: 403 });
    expect((await host.records(Sample).get(samples.own)).owner).to.equal(ann.userId);
  });

  it('treats what the actor cannot see as absent when it is referred to', async () => {
    const identity = actor({ 'lab.sample:read': 'all', 'lab.sample:update': 'all', 'core.account:read': 'own' });

    const invisible = await rejection(host.records(Sample, identity).update(samples.own, { account: ids.elsewhere }));
    const absent = await rejection(
      host.records(Sample, identity).update(samples.own, { account: '01890000-0000-7000-8000-000000000000' }),
    );
    const visible = await host.records(Sample, identity).update(samples.own, { account: ids.own });

    expect(invisible.errors).to.deep.equal(absent.errors);
    expect(visible.account).to.equal(ids.own);
  });

  it('shows no restricted field to those without the right, whichever way it is read', async () => {
    await host.records(Sample).update(samples.own, { secret: 'hush' });
    const identity = actor({ '*:read': 'all', '*:update': 'all', 'lab.sample.secret:read': null as unknown as Reach });
    const blind = identityOf({
      ...identity,
      reach: (permission) => (permission.startsWith('lab.sample.secret') ? null : 'all'),
    });
    const reader = identityOf({
      ...identity,
      reach: (permission) => (permission === 'lab.sample.secret:write' ? null : 'all'),
    });

    const seen = [
      await host.records(Sample, blind).get(samples.own),
      ...(await host.records(Sample, blind).getMany([samples.own])),
      await host.records(Sample, blind).update(samples.own, { notes: 'touched' }),
      ...(await host.query(Sample, blind).where({ name: 'own' })),
      await host.query(Sample, blind).where({ name: 'own' }).first(),
    ];

    for (const record of seen) expect(JSON.stringify(record)).to.not.contain('secret');
    expect((await host.records(Sample, reader).get(samples.own)).secret).to.equal('hush');
    expect((await rejection(host.records(Sample, reader).update(samples.own, { secret: 'x' }))).errors[0]).to.include({
      code: 'unknown_field',
    });
    expect((await rejection(async () => host.query(Sample, blind).where({ secret: 'hush' }))).status).to.equal(400);
  });

  function byRelation(
    records: readonly { readonly id: string; readonly name: string }[],
  ): Readonly<Record<Relation, string>> {
    const found = new Map(records.map(({ id, name }) => [name, id]));
    const idOf = (relation: Relation): string => found.get(relation) ?? '';
    return {
      own: idOf('own'),
      team: idOf('team'),
      below: idOf('below'),
      elsewhere: idOf('elsewhere'),
      unowned: idOf('unowned'),
    };
  }
});
