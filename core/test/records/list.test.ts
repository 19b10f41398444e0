import { expect } from 'chai';
import { Contact, Account } from '@trellis-crm/sdk';
import { parseListQuery } from '../../dist/records/list-query.js';
import { listRecords, type RecordPage } from '../../dist/records/list-records.js';
import { aggregateRecords, parseAggregate } from '../../dist/records/aggregate.js';
import { recordScope } from '../../dist/records/record-scope.js';
import type { EntityDefinition } from '@trellis-crm/sdk';
import type { Identity } from '../../dist/auth/identity.js';
import { Sample } from './lab.js';
import { identityOf, openRecordHost, operator, reaches, type RecordHost, known } from './record-host.js';
import { problemsOf, messageOf } from './rejection.js';

describe('listing records', () => {
  let host: RecordHost;

  const scopeOf = (entity: EntityDefinition, identity: Identity) =>
    recordScope(
      host.room.world,
      host.room.callOf({ generation: host.generation, identity, requestId: 'r' }),
      entity.module,
    );

  const list = (entity: EntityDefinition, query: string, identity: Identity = operator): Promise<RecordPage> => {
    const scope = scopeOf(entity, identity);
    const compiled = host.entity(entity);
    return listRecords(scope, compiled, parseListQuery(scope, compiled, new URLSearchParams(query)));
  };

  const names = async (query: string): Promise<string> =>
    (await list(Sample, `sort=name&${query}`)).data.map(({ name }) => name).join(' ');

  const aggregate = async (query: string, identity: Identity = operator) => {
    const scope = scopeOf(Sample, identity);
    const { conditions, aggregation } = parseAggregate(scope, host.entity(Sample), new URLSearchParams(query));
    return aggregateRecords(scope, host.entity(Sample), conditions, aggregation);
  };

  before(async () => {
    host = await openRecordHost();
    const accounts = [{ name: 'Acme', extras: { lab: { grade: 'a' } } }, { name: 'Beta' }];
    const [acme, beta] = known(await host.records(Account).createMany(accounts));
    const contacts = [
      { name: 'Ann', accounts: [{ account: acme.id }], emails: [{ email: 'ann@acme.test' }] },
      { name: 'Bob', accounts: [{ account: acme.id }, { account: beta.id }] },
      { name: 'Cid' },
    ];
    const [ann] = known(await host.records(Contact).createMany(contacts));
    await host.records(Sample).createMany([
      {
        name: 'a',
        count: 1,
        weight: '1.5',
        price: { amount: '10', currency: 'EUR' },
        tags: ['red'],
        takenOn: '2026-01-01',
        state: 'new',
        account: acme.id,
      },
      {
        name: 'b',
        count: 2,
        weight: '0.5',
        price: { amount: '30', currency: 'EUR' },
        tags: ['red', 'blue'],
        takenOn: '2026-01-02',
        state: 'tested',
        account: acme.id,
      },
      {
        name: 'c',
        count: 2,
        price: { amount: '20', currency: 'USD' },
        state: 'tested',
        isFragile: true,
        seenAt: '2026-01-01T10:00:00Z',
        account: beta.id,
      },
      {
        name: 'd',
        notes: '100%_\\ "x"',
        state: 'gone',
        secret: 'pssst',
        readings: [{ value: '1', contact: ann.id }],
      },
    ]);
  });

  after(() => host.close());

  /** Filters and the names they let through. */
  const filters: readonly (readonly [string, string])[] = [
    ['filter[name]=b', 'b'],
    ['filter[name][ne]=b', 'a c d'],
    ['filter[name][in]=a,c,zzz', 'a c'],
    ['filter[count][gte]=2', 'b c'],
    ['filter[count][lt]=2', 'a'],
    ['filter[count][empty]=true', 'd'],
    ['filter[count]=999999999999999', ''],
    ['filter[weight][gt]=0.50', 'a'],
    ['filter[price][gte]=20', 'b c'],
    ['filter[price.currency]=USD', 'c'],
    ['filter[price][gte]=20&filter[price.currency]=EUR', 'b'],
    ['filter[isFragile]=true', 'c'],
    ['filter[takenOn][lte]=2026-01-01', 'a'],
    ['filter[seenAt][gte]=2026-01-01T11:00:00%2B01:00', 'c'],
    ['filter[state][in]=tested,gone', 'b c d'],
    ['filter[tags]=red', 'a b'],
    ['filter[tags][ne]=blue', 'a c d'],
    ['filter[tags][in]=blue,green', 'b'],
    ['filter[tags][empty]=true', 'c d'],
    ['filter[notes][contains]=100%25_\\', 'd'],
    ['filter[notes][contains]=1%25x', ''],
    ['filter[name][startsWith]=A', 'a'],
    ['filter[readings.value][gte]=1', 'd'],
    ['filter[readings.contact][empty]=false', 'd'],
    ['filter[readings.value][ne]=1', 'a b c'],
    ['filter[readings][empty]=true', 'a b c'],
    ['filter[secret][startsWith]=ps', 'd'],
    ["filter[name]=a' or 1=1 --", ''],
  ];
  for (const [query, expected] of filters) {
    it(`lets ${query} through to ${expected === '' ? 'nothing' : expected}`, async () => {
      expect(await names(query)).to.equal(expected);
    });
  }

  it('filters by refs, entries of lists and fields that plugins added', async () => {
    const [acme] = known(await host.query(Account).where({ name: 'Acme' }));

    const contacts = await list(Contact, `filter[accounts.account]=${acme.id}&sort=name`);
    const graded = await list(Account, 'filter[lab.grade]=b');

    expect(contacts.data.map(({ name }) => name)).to.deep.equal(['Ann', 'Bob']);
    expect(graded.data.map(({ name }) => name)).to.deep.equal(['Beta']);
  });

  /** Query strings and what is wrong with them. */
  const refused: readonly (readonly [string, string])[] = [
    ['filter[color]=red', '?filter[color] unknown_field'],
    ['filter[deleted_at]=x', '?filter[deleted_at] unknown_field'],
    ['filter[name][regex]=x', '?filter[name][regex] unknown_operator'],
    ['filter[raw]=x', '?filter[raw] unknown_operator'],
    ['filter[count]=x', '?filter[count] wrong_value'],
    ['filter[state]=lost', '?filter[state] wrong_value'],
    ['filter[takenOn]=2026-02-30', '?filter[takenOn] wrong_value'],
    ['filter[account]=x', '?filter[account] wrong_value'],
    ['filter[count][empty]=maybe', '?filter[count][empty] wrong_value'],
    ['filter=x', '?filter unknown_field'],
    ['filter[name]=a&filter[name]=b', '?filter[name] duplicate'],
    ['sort=color', '?sort unknown_field'],
    ['sort=readings', '?sort unknown_field'],
    ['sort=account', '?sort unknown_field'],
    ['fields=name,color', '?fields unknown_field'],
    ['include=name', '?include unknown_field'],
    ['titles=name', '?titles unknown_field'],
    ['limit=0', '?limit out_of_range'],
    ['limit=201', '?limit out_of_range'],
    ['limit=ten', '?limit out_of_range'],
    ['count=all', '?count not_an_option'],
    ['after=x', '?after bad_cursor'],
    [`after=${Buffer.from('["x",1,2]').toString('base64url')}`, '?after bad_cursor'],
    ['q=x', '?q unknown_parameter'],
    ['page=2', '?page unknown_parameter'],
  ];
  for (const [query, problem] of refused) {
    it(`refuses ${query}`, async () => {
      expect(await problemsOf(() => list(Sample, query))).to.deep.equal([problem]);
    });
  }

  it('walks every order in pages that neither skip nor repeat, empty values last', async () => {
    for (const sort of [
      'name',
      '-name',
      'count',
      '-count',
      '-count,name',
      'weight,-name',
      '-updatedAt',
      'price',
      '-takenOn',
      'isFragile,-count',
      'state',
      'id',
      '',
    ]) {
      const query = sort === '' ? '' : `sort=${sort}`;
      const whole = (await list(Sample, query)).data.map(({ name }) => name);
      const walked: unknown[] = [];
      let next: string | null = '';
      while (next !== null) {
        const { data, page }: RecordPage = await list(
          Sample,
          `${query}&limit=1&fields=name${next === '' ? '' : `&after=${next}`}`,
        );
        walked.push(...data.map(({ name }) => name));
        next = page.next;
      }
      expect(walked, sort).to.deep.equal(whole);
      expect(whole, sort).to.have.length(4);
    }
    expect((await list(Sample, 'sort=-count')).data.at(-1)).to.include({ name: 'd' });
    expect((await list(Sample, 'sort=count')).data.at(-1)).to.include({ name: 'd' });
  });

  it('ties a cursor to the sort and the filters it came from', async () => {
    const { page } = await list(Sample, 'sort=name&limit=1');

    const problems = await problemsOf(() => list(Sample, `sort=-name&after=${page.next ?? ''}`));
    const others = await problemsOf(() => list(Sample, `sort=name&filter[count]=2&after=${page.next ?? ''}`));

    expect([...problems, ...others]).to.deep.equal(['?after bad_cursor', '?after bad_cursor']);
  });

  it('counts up to 1,000, exactly, by estimate or not at all', async () => {
    const pages = [];
    for (const mode of ['', '&count=exact', '&count=none']) pages.push((await list(Sample, `limit=1${mode}`)).page);
    const estimate = await list(Sample, 'count=estimate');

    expect(pages.map(({ count, countIsCapped }) => [count, countIsCapped])).to.deep.equal([
      [4, false],
      [4, false],
      [null, false],
    ]);
    expect(estimate.page.count).to.be.a('number');
  });

  it('says when there are more than it counted', async () => {
    await host.database.tx(async (trx) => {
      await trx.raw(
        `insert into core.accounts (id, name) select gen_random_uuid(), 'bulk' from generate_series(1, 1001)`,
      );
    });

    const { page } = await list(Account, 'filter[name]=bulk');

    expect(page).to.include({ count: 1000, countIsCapped: true });
    await host.database.knex('core.accounts').where({ name: 'bulk' }).delete();
  });

  it('answers with the fields asked for and the id', async () => {
    const samples = await list(Sample, 'fields=name,price&limit=1&sort=name');
    const accounts = await list(Account, 'fields=lab.grade&filter[name]=Acme');
    const nested = await list(Account, 'fields=lab&filter[name]=Acme');

    expect(samples.data[0]).to.have.all.keys('id', 'name', 'price');
    expect(accounts.data[0]).to.deep.include({ lab: { grade: 'a' } });
    expect(nested.data[0]?.['lab']).to.have.all.keys('grade', 'inspector', 'budget', 'hidden', 'visits');
  });

  it('replaces ids by the records that the actor may read, in the same statement', async () => {
    const statements = await host.statementsOf(() => list(Sample, 'include=account,original&count=none'));
    const { data } = await list(Sample, 'include=account&sort=name');
    const contacts = await list(Contact, 'include=accounts.account&sort=name');
    const blind = identityOf({ userId: null, reach: reaches({ 'lab.sample:read': 'all' }) });
    const unseen = await list(Sample, 'include=account&sort=name', blind);

    expect(statements).to.have.length(1);
    expect(data[0]?.['account']).to.include({ name: 'Acme', version: 1 });
    expect(data[3]?.['account']).to.equal(null);
    expect(contacts.data[1]?.['accounts']).to.have.nested.property('[1].account.name', 'Beta');
    expect(unseen.data[0]?.['account']).to.be.a('string');
  });

  it('reads a page of lists, side tables and refs with a fixed number of statements', async () => {
    const statements = await host.statementsOf(() => list(Contact, 'count=none'));

    expect(statements).to.have.length(1);
  });

  it('groups with sums per currency', async () => {
    const groups = await aggregate('group=state&sum=price&min=count&max=weight&count=*');

    expect(groups).to.deep.include.members([
      {
        key: { state: 'new' },
        count: 1,
        sum: { price: { amount: '10.00', currency: 'EUR' } },
        min: { count: 1 },
        max: { weight: '1.5' },
      },
      {
        key: { state: 'tested' },
        count: 1,
        sum: { price: { amount: '30.00', currency: 'EUR' } },
        min: { count: 2 },
        max: { weight: '0.5' },
      },
      {
        key: { state: 'tested' },
        count: 1,
        sum: { price: { amount: '20.00', currency: 'USD' } },
        min: { count: 2 },
        max: { weight: null },
      },
      { key: { state: 'gone' }, count: 1, sum: { price: null }, min: { count: null }, max: { weight: null } },
    ]);
    expect(await aggregate('filter[count]=2')).to.deep.equal([{ key: {}, count: 2, sum: {}, min: {}, max: {} }]);
  });

  it('refuses aggregates over what cannot be grouped or measured', async () => {
    const problems = await problemsOf(() => aggregate('group=tags,secretx&sum=name&min=state&count=9&q=1'));

    expect(problems).to.deep.equal([
      '?count not_an_option',
      '?group unknown_field',
      '?group unknown_field',
      '?min unknown_field',
      '?q unknown_parameter',
      '?sum unknown_field',
    ]);
  });

  it('treats a restricted field as unknown in every part of a query', async () => {
    const user = identityOf({ userId: null, reach: reaches({ 'lab.sample:read': 'all' }) });

    const asked = ['filter[secret]=x', 'filter[secret][startsWith]=p', 'sort=secret', 'fields=secret'];
    const problems = await Promise.all(asked.map((query) => problemsOf(() => list(Sample, query, user))));
    const unknown = await Promise.all(
      asked.map((query) => problemsOf(() => list(Sample, query.replace('secret', 'nosuch'), user))),
    );

    expect(problems.flat().map((text) => text.replace('secret', 'nosuch'))).to.deep.equal(unknown.flat());
    expect(await problemsOf(() => aggregate('group=secret&max=secret', user))).to.have.length(2);
    expect((await list(Sample, '', user)).data[0]).to.not.have.property('secret');
  });

  it('builds the same reads in code', async () => {
    const query = host.query(Sample);

    expect(
      (await query.where({ state: { in: ['tested', 'gone'] }, count: { ne: null } }).sort('-name')).map(
        ({ name }) => name,
      ),
    ).to.deep.equal(['c', 'b']);
    expect(
      await query
        .any([{ name: 'a' }, { tags: { eq: ['blue'] } as never }])
        .count()
        .catch(messageOf),
    ).to.contain('cannot be compared');
    expect(await query.any([{ name: 'a' }, { count: 2 }]).count()).to.equal(3);
    expect(await query.where({ price: { gte: { amount: '15', currency: 'EUR' } } }).first()).to.include({ name: 'b' });
    expect(await query.where({ name: 'zzz' }).first()).to.equal(null);
    expect(await query.select('name').limit(1).sort('name')).to.deep.equal([
      { id: (await query.where({ name: 'a' }).first())?.id, name: 'a' },
    ]);
    expect((await query.group(['state'], { sum: ['price'] })).length).to.equal(4);
    expect(await query.where({ 'readings.value': { gte: '1' } }).count()).to.equal(1);
  });
});
