import { expect } from 'chai';
import { Team, User, type FilterGroup } from '@trellis-crm/sdk';
import type { Identity } from '../../../dist/auth/identity.js';
import { aggregateRecords, parseAggregate } from '../../../dist/records/aggregate.js';
import { parseListQuery } from '../../../dist/records/list-query.js';
import { keptList, listRecords } from '../../../dist/records/list-records.js';
import { recordScope } from '../../../dist/records/record-scope.js';
import { Sample } from '../lab.js';
import { identityOf, known, openRecordHost, operator, reaches, type RecordHost } from '../record-host.js';
import { problemsOf } from '../rejection.js';

describe('filter trees', () => {
  let host: RecordHost;
  let me: Identity;

  const scopeOf = (identity: Identity) =>
    recordScope(
      host.room.world,
      host.room.callOf({ generation: host.generation, identity, requestId: 'r' }),
      Sample.module,
    );

  const list = async (parameters: Record<string, string>, identity: Identity = operator): Promise<string> => {
    const [scope, entity] = [scopeOf(identity), host.entity(Sample)];
    const query = parseListQuery(scope, entity, new URLSearchParams({ sort: 'name', ...parameters }));
    return (await listRecords(scope, entity, query)).data.map(({ name }) => name).join(' ');
  };
  const where = (tree: unknown, identity?: Identity): Promise<string> =>
    list({ where: JSON.stringify(tree) }, identity);
  const one = (field: string, op: string, value: unknown): object => ({ field, op, value });

  // The host's clock stands on Sunday, 1 March 2026, 10:00 UTC.
  before(async () => {
    host = await openRecordHost();
    const [north, south] = known(await host.records(Team).createMany([{ name: 'North' }, { name: 'South' }]));
    const [ann, bob] = known(
      await host.records(User).createMany([
        { name: 'Ann', team: north.id },
        { name: 'Bob', team: south.id },
      ]),
    );
    await host
      .records(Sample)
      .createMany([
        { name: 'a', count: 1, takenOn: '2026-03-01', seenAt: '2026-03-01T04:59:59Z', owner: ann.id, tags: ['red'] },
        { name: 'b', count: 2, takenOn: '2026-02-28', seenAt: '2026-03-01T05:00:00Z', owner: bob.id, secret: 'x' },
        { name: 'c', count: 3, takenOn: '2026-02-22', seenAt: '2026-03-02T04:59:59Z', readings: [{ value: '1' }] },
        { name: 'd' },
      ]);
    me = identityOf({ userId: ann.id, teamIds: [north.id], timeZone: 'America/New_York', reach: () => 'all' });
  });

  after(() => host.close());

  /** Trees and the names they let through. */
  const trees: readonly (readonly [object, string])[] = [
    [{ all: [] }, 'a b c d'],
    [{ any: [one('name', 'eq', 'a'), one('count', 'gte', 3)] }, 'a c'],
    [{ all: [{ any: [one('name', 'eq', 'a'), one('name', 'eq', 'b')] }, one('count', 'gt', 1)] }, 'b'],
    [{ any: [{ all: [one('count', 'gte', 2), one('count', 'lte', 2)] }, one('count', 'empty', true)] }, 'b d'],
    [{ field: 'name', value: 'c' }, 'c'],
    [{ all: [one('count', 'between', [1, 2])] }, 'a b'],
    [{ all: [one('count', 'notIn', [1, 2])] }, 'c d'],
    [{ all: [one('count', 'notIn', [])] }, 'a b c d'],
    [{ all: [one('name', 'notContains', 'A')] }, 'b c d'],
    [{ all: [one('tags', 'notIn', ['red', 'blue'])] }, 'b c d'],
    [{ all: [one('readings.value', 'notIn', ['1'])] }, 'a b d'],
    [{ all: [one('readings.value', 'between', ['0', '1'])] }, 'c'],
    [{ all: [one('takenOn', 'eq', 'today')] }, 'a'],
    [{ all: [one('takenOn', 'ne', 'today')] }, 'b c d'],
    [{ all: [one('takenOn', 'lt', 'today')] }, 'b c'],
    [{ all: [one('takenOn', 'gt', 'yesterday')] }, 'a'],
    [{ all: [one('takenOn', 'eq', 'this_week')] }, 'a b'],
    [{ all: [one('takenOn', 'eq', 'last_week')] }, 'c'],
    [{ all: [one('takenOn', 'between', ['-7d', 'yesterday'])] }, 'b c'],
    [{ all: [one('takenOn', 'between', ['2026-02-28', 'today'])] }, 'a b'],
    [{ all: [one('seenAt', 'eq', 'today')] }, 'a b'],
    [{ all: [one('seenAt', 'between', ['today', '2026-03-02T04:00:00Z'])] }, 'a b'],
  ];
  for (const [tree, expected] of trees) {
    it(`lets ${JSON.stringify(tree)} through to ${expected}`, async () => {
      expect(await where(tree)).to.equal(expected);
    });
  }

  it('begins and ends days in the zone of the person', async () => {
    expect(await where({ all: [one('seenAt', 'eq', 'today')] }, me)).to.equal('b c');
    expect(await where({ all: [one('seenAt', 'eq', '2026-02-28')] }, me)).to.equal('a');
    expect(await list({ 'filter[seenAt][gt]': 'yesterday' }, me)).to.equal('b c');
  });

  it('knows who "me" and "my_team" are', async () => {
    expect(await where({ all: [one('owner', 'eq', 'me')] }, me)).to.equal('a');
    expect(await where({ all: [one('owner', 'in', ['me'])] }, me)).to.equal('a');
    expect(await where({ all: [one('owner', 'ne', 'my_team')] }, me)).to.equal('b c d');
    expect(await list({ 'filter[team]': 'my_team' }, me)).to.equal('a');
    expect(await problemsOf(where({ all: [one('owner', 'eq', 'me')] }))).to.deep.equal([
      '?where/all/0/value wrong_value',
    ]);
  });

  it('works in aggregates and in queries from code', async () => {
    const scope = scopeOf(operator);
    const tree: FilterGroup = {
      any: [
        { field: 'name', value: 'a' },
        { field: 'count', op: 'in', value: [3] },
      ],
    };
    const parameters = new URLSearchParams({ where: JSON.stringify(tree) });
    const { conditions, aggregation } = parseAggregate(scope, host.entity(Sample), parameters);

    const [group] = await aggregateRecords(scope, host.entity(Sample), conditions, aggregation);

    expect(group?.count).to.equal(2);
    expect(await host.query(Sample).matching(tree).count()).to.equal(2);
    const broken = { all: [{ field: 'nothing' }] };
    expect(await problemsOf(host.query(Sample).matching(broken).count())).to.deep.equal(['/all/0/field unknown_field']);
  });

  const nested = (depth: number): object => (depth === 0 ? one('name', 'eq', 'a') : { all: [nested(depth - 1)] });
  /** Texts of `where` and what is wrong with them. */
  const refused: readonly (readonly [string, string])[] = [
    ['{', '?where not_json'],
    ['7', '?where not_an_object'],
    ['{"all":[null]}', '?where/all/0 not_an_object'],
    ['{"all":[],"any":[]}', '?where not_one_of'],
    ['{"any":[]}', '?where/any empty'],
    ['{"any":{}}', '?where/any not_a_list'],
    ['{"all":[{"any":[{"field":"color","value":1}]}]}', '?where/all/0/any/0/field unknown_field'],
    ['{"all":[{"field":"name","op":"near","value":1}]}', '?where/all/0/op unknown_operator'],
    ['{"all":[{"field":"count","value":"many"}]}', '?where/all/0/value wrong_value'],
    ['{"all":[{"field":"count","op":"between","value":[1]}]}', '?where/all/0/value wrong_value'],
    ['{"all":[{"field":"takenOn","op":"contains","value":"today"}]}', '?where/all/0/op unknown_operator'],
    ['{"all":[{"field":"takenOn","value":"last_decade"}]}', '?where/all/0/value wrong_value'],
    ['{"all":[{"field":"name","value":"a","not":true}]}', '?where/all/0/not unknown_member'],
    [JSON.stringify(nested(6)), '?where/all/0/all/0/all/0/all/0/all/0/all too_deep'],
    [JSON.stringify({ all: Array.from({ length: 60 }, () => one('name', 'eq', 'a')) }), '?where/all/59 too_many'],
    [
      JSON.stringify(
        one(
          'count',
          'in',
          Array.from({ length: 201 }, () => 1),
        ),
      ),
      '?where/value too_many',
    ],
    [`{"all":[],"note":"${'x'.repeat(10_000)}"}`, '?where too_long'],
  ];
  for (const [text, problem] of refused) {
    it(`refuses ${text.slice(0, 70)} as ${problem}`, async () => {
      expect(await problemsOf(list({ where: text }))).to.deep.equal([problem]);
    });
  }

  it('cannot reach a field that the person may not see', async () => {
    const some = identityOf({ userId: me.userId, reach: reaches({ 'lab.sample:read': 'all' }) });

    expect(await where({ all: [one('secret', 'eq', 'x')] })).to.equal('b');
    expect(await problemsOf(where({ any: [one('secret', 'eq', 'x')] }, some))).to.deep.equal([
      '?where/any/0/field unknown_field',
    ]);
  });

  it('understands words anew when the day has changed', () => {
    const asked = { where: JSON.stringify(one('takenOn', 'eq', 'today')) };
    const [scope, entity] = [scopeOf(me), host.entity(Sample)];
    const kept = (): unknown =>
      keptList(scope, entity, 'today', () => parseListQuery(scope, entity, new URLSearchParams(asked))).read.values;

    const before = kept();
    expect(kept()).to.equal(before);
    host.clock.advance(86_400_000);
    expect(kept()).to.not.deep.equal(before);
    host.clock.advance(-86_400_000);
  });
});
