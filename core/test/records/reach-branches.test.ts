import { Account, Team, User, type Id, type Reach } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { readPage } from '../../dist/records/list-records.js';
import { parseListQuery } from '../../dist/records/list-query.js';
import { recordScope } from '../../dist/records/record-scope.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from './record-host.js';

describe('the default list within a reach', () => {
  let host: RecordHost;
  let teams: readonly Id[];
  let users: readonly Id[];

  before(async () => {
    host = await openRecordHost();
    const names = Array.from({ length: 10 }, (_none, number) => ({ name: `Team ${number}` }));
    teams = (await host.records(Team).createMany(names)).map(({ id }) => id);
    const people = Array.from({ length: 12 }, (_none, number) => ({
      name: `User ${number}`,
      team: teams[number] ?? null,
    }));
    users = (await host.records(User).createMany(people)).map(({ id }) => id);
    await host.records(Account).createMany(
      users.flatMap((owner, number) => [
        { name: `${number} a`, owner },
        { name: `${number} b`, owner },
      ]),
    );
    await host.records(Account).create({ name: 'nobody' });
    // An owner's record of another team, as an owner who changed teams has.
    await host.database.knex('core.accounts').where({ name: '0 b' }).update({ team_id: teams[5] });
  });

  after(() => host.close());

  /** Reach and how many teams it goes over; nine are more than are looked up one by one. */
  const cases: readonly (readonly [Reach, number])[] = [
    ['own', 1],
    ['team', 0],
    ['team', 1],
    ['team', 3],
    ['subtree', 6],
    ['subtree', 8],
    ['subtree', 9],
    ['all', 1],
  ];
  for (const [reach, count] of cases) {
    it(`is the same page by page as the filtered one: ${reach} over ${count} teams`, async () => {
      const some = teams.slice(0, count);
      const identity = identityOf({
        userId: users[0] ?? null,
        ...{ teamIds: some, subtreeTeamIds: some, reach: reaches({ 'core.account:read': reach }) },
      });
      const expected = await host.query(Account, identity).sort('-updatedAt', '-id').limit(1000);

      const walked: unknown[] = [];
      const counts = new Set<unknown>();
      let next: string | null = '';
      while (next !== null) {
        const { data, page } = await list(identity, next);
        walked.push(...(JSON.parse(data) as { readonly id: Id }[]).map(({ id }) => id));
        counts.add(page.count);
        next = page.next;
      }

      expect(walked).to.deep.equal(expected.map(({ id }) => id));
      expect([...counts]).to.deep.equal([expected.length]);
      expect(expected.length).to.be.greaterThan(1);
    });
  }

  it('is empty for somebody without teams who is no user', async () => {
    const identity = identityOf({ userId: null, reach: reaches({ 'core.account:read': 'team' }) });

    expect((await list(identity, '')).data).to.equal('[]');
  });

  function list(identity: Parameters<typeof recordScope>[1]['identity'], after: string) {
    const call = host.room.callOf({ generation: host.generation, identity, requestId: 'r' });
    const [scope, entity] = [recordScope(host.room.world, call, Account.module), host.entity(Account)];
    const query = new URLSearchParams({ limit: '3', ...(after === '' ? {} : { after }) });
    return readPage(scope, entity, parseListQuery(scope, entity, query));
  }
});
