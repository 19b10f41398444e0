import { expect } from 'chai';
import { Account, type Reach } from '@trellis-crm/sdk';
import type { Identity } from '../../dist/auth/identity.js';
import { parseListQuery } from '../../dist/records/list-query.js';
import { keptList, readPage } from '../../dist/records/list-records.js';
import { readRecord } from '../../dist/records/get-records.js';
import { recordScope } from '../../dist/records/record-scope.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from './record-host.js';

const id = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const owner = id(1007);
const teams = [id(2001), id(2002), id(2003)];

describe('plans of the hot statements', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
    await host.database.tx(async (trx) => {
      // Rows count as visible to all once their commit is on disk, which the test server puts off.
      await trx.raw('set local synchronous_commit = on');
      await trx.raw(`insert into core.teams (id, name)
      select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Team ' || n from generate_series(2001, 2010) n`);
      await trx.raw(`insert into core.users (id, name, team_id)
      select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'User ' || n, (select id from core.teams order by id offset n % 10 limit 1)
      from generate_series(1001, 1050) n`);
      await trx.raw(`insert into core.accounts (id, name, owner_id, team_id, updated_at, deleted_at, description)
      select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Account ' || n, u.id, u.team_id,
        now() - n * interval '1 minute', case when n % 50 = 0 then now() end, repeat('x', 400)
      from generate_series(10000, 24000) n join core.users u on u.id = ('00000000-0000-7000-8000-' || lpad((1001 + n % 50)::text, 12, '0'))::uuid`);
    });
    while (!(await isAllVisible(host))) await host.database.knex.raw('vacuum analyze core.accounts');
  });

  after(() => host.close());

  it('show a whole scan and a sort where there is no index: these tests would notice', async () => {
    const plan = await planOf(asker('all'), () => list(asker('all'), 'sort=employees'));

    expect(plan).to.match(/Seq Scan on accounts/);
    expect(plan).to.match(/Sort/);
  });

  /** Who asks for which list, and the index that answers. */
  const lists: readonly (readonly [Reach, string, RegExp])[] = [
    ['own', '', /accounts_owner_id_updated_at_id_with_team_id_index/],
    ['team', '', /accounts_team_id_updated_at_id_index/],
    ['subtree', '', /accounts_team_id_updated_at_id_index/],
    ['all', '', /accounts_updated_at_id_with_team_id_owner_id_index/],
    ...(['own', 'team', 'subtree', 'all'] as const).map(
      (reach) => [reach, `filter[owner]=${owner}`, /accounts_owner_id_updated_at_id_with_team_id_index/] as const,
    ),
  ];
  for (const [reach, query, index] of lists) {
    it(`take an index for the first and the next page of a list: ${reach} ${query}`, async () => {
      const identity = asker(reach);
      const first = await list(identity, query);
      const plans = [
        await planOf(identity, () => list(identity, query)),
        await planOf(identity, () => list(identity, `${query}&after=${first.page.next ?? ''}`)),
      ];

      expect(first.page.next).to.be.a('string');
      for (const plan of plans) {
        expect(plan).to.match(index);
        expect(plan).not.to.match(/Seq Scan on accounts/);
        expect(mostRead(plan), plan).to.be.at.most(1500);
        expect(mostSorted(plan), plan).to.be.at.most(300);
      }
    });
  }

  it('count the records of an owner without reading one', async () => {
    for (const reach of ['own', 'team', 'all'] as const) {
      const identity = asker(reach);
      const plan = await planOf(identity, () => list(identity, `filter[owner]=${owner}&count=exact`));
      const [counting = ''] = plan.split('Limit');

      expect(counting).to.match(/Index Only Scan/);
    }
  });

  it('read a record of every reach by its key', async () => {
    for (const reach of ['own', 'team', 'subtree', 'all'] as const) {
      const identity = asker(reach);
      const plan = await planOf(identity, () =>
        readRecord(scopeOf(identity), host.entity(Account), ownRecord, ['owner']),
      );

      expect(plan).to.match(/Index Scan using accounts_pkey/);
      expect(plan).not.to.match(/Seq Scan on accounts/);
    }
  });

  it('find nothing for a team that owns nothing without looking at all records', async () => {
    const identity = identityOf({ userId: id(1), teamIds: [id(2)], reach: reaches({ 'core.account:read': 'team' }) });
    const page = await list(identity, '');
    const plan = await planOf(identity, () => list(identity, ''));

    expect(page).to.deep.equal({ data: '[]', titles: [], page: { next: null, count: 0, countIsCapped: false } });
    expect(mostRead(plan)).to.be.at.most(1);
  });

  it('of a list are worked out once for somebody who asks again, unless the request is long', () => {
    const [scope, other, entity] = [scopeOf(asker('all')), scopeOf(asker('own')), host.entity(Account)];
    const kept = (by: typeof scope, asked: string) =>
      keptList(by, entity, asked, () => parseListQuery(by, entity, new URLSearchParams()));

    expect(kept(scope, 'a')).to.equal(kept(scope, 'a'));
    expect(kept(other, 'a')).to.not.equal(kept(scope, 'a'));
    expect(kept(other, 'a').read.plan.condition).to.not.deep.equal(kept(scope, 'a').read.plan.condition);
    expect(kept(scope, 'a'.repeat(501))).to.not.equal(kept(scope, 'a'.repeat(501)));
  });

  const ownRecord = id(10006);

  const scopeOf = (identity: Identity) =>
    recordScope(
      host.room.world,
      host.room.callOf({ generation: host.generation, identity, requestId: 'r' }),
      Account.module,
    );

  function list(identity: Identity, query: string) {
    const [scope, entity] = [scopeOf(identity), host.entity(Account)];
    return readPage(scope, entity, parseListQuery(scope, entity, new URLSearchParams(query)));
  }

  function asker(reach: Reach): Identity {
    const teamIds = reach === 'subtree' ? teams : ['team', 'own'].includes(reach) ? [teamOfOwner] : [];
    const grants = { 'core.account:read': reach, 'core.user:read': reach };
    return identityOf({ userId: owner, teamIds, subtreeTeamIds: [...teamIds, teamOfOwner], reach: reaches(grants) });
  }

  const teamOfOwner = id(2008);

  /** The plan that PostgreSQL has for the last statement of `work`, run: the generic one, as the pool is set. */
  async function planOf(_identity: Identity, work: () => Promise<unknown>): Promise<string> {
    const seen: { sql: string; bindings: readonly unknown[] }[] = [];
    const note = (query: (typeof seen)[number]): void => void seen.push(query);
    host.database.knex.on('query', note);
    await work();
    host.database.knex.off('query', note);
    const { sql: text = '', bindings = [] } = seen.at(-1) ?? {};
    return host.database.tx(async (trx) => {
      await trx.raw(`prepare explained as ${text.replaceAll('?', '\\?')}`);
      const values = bindings.map((value) => (Array.isArray(value) ? `'{${value.join()}}'` : quoted(value)));
      const execute = values.length === 0 ? 'explained' : `explained(${values.join(', ')})`;
      const answer = await trx.raw<{ rows: readonly { readonly 'QUERY PLAN': string }[] }>(
        `explain (analyze, timing off, summary off) execute ${execute}`,
      );
      await trx.raw('deallocate explained');
      return answer.rows.map((row) => row['QUERY PLAN']).join('\n');
    });
  }
});

/** What another session of the server does may keep a vacuum from marking pages, without which no index answers alone. */
async function isAllVisible({ database }: RecordHost): Promise<boolean> {
  const { rows } = await database.knex.raw<{ rows: readonly { readonly ready: boolean }[] }>(
    "select relpages > 0 and relallvisible = relpages as ready from pg_class where oid = 'core.accounts'::regclass",
  );
  return rows[0]?.ready === true;
}

function quoted(value: unknown): string {
  return value === null ? 'null' : `'${String(value)}'`;
}

/** Most rows that a node gave, or threw away. */
function mostRead(plan: string): number {
  const counts = [...plan.matchAll(/actual rows=([\d.]+)|Rows Removed by \w+(?: \w+)?: (\d+)/g)];
  return Math.max(...counts.map(([, given, removed]) => Number(given ?? removed)));
}

/** Most rows that went into a sort. */
function mostSorted(plan: string): number {
  const sorts = [...plan.matchAll(/Sort  \(.*\n(?:.*\n){2,6}?.*->  .*actual rows=([\d.]+)/g)];
  return Math.max(0, ...sorts.map(([, rows]) => Number(rows)));
}
