import { Contact, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { identityOf, openRecordHost, reaches, type RecordHost } from '../record-host.js';
import { rejection } from '../rejection.js';
import { problemOf, searchOf } from './search-lab.js';

describe('q= on lists', () => {
  let host: RecordHost;
  let owner: string;

  before(async () => {
    host = await openRecordHost();
    const [user] = await host.records(User).createMany([{ name: 'Owner' }]);
    owner = user?.id ?? '';
    for (let index = 0; index < 12; index += 1) {
      await host.records(Contact).create({
        name: `Tapir ${String(index).padStart(2, '0')}`,
        jobTitle: index % 2 === 0 ? 'even' : 'odd',
        description: index === 5 ? 'with a manatee' : null,
        ...(index < 4 ? { owner } : {}),
      });
      host.clock.advance(1000);
    }
    await host.records(Contact).create({ name: 'Nobody' });
  });

  after(() => host.close());

  const list = (query: Readonly<Record<string, string>>, identity?: ReturnType<typeof identityOf>) =>
    searchOf(host).list('contacts', query, identity);
  const numbers = (names: readonly string[]) => names.map((name) => Number(name.replace('Tapir ', '')));

  async function allPages(query: Readonly<Record<string, string>>): Promise<readonly string[]> {
    const names: string[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page: Awaited<ReturnType<typeof list>> = await list({ ...query, ...(after === '' ? {} : { after }) });
      names.push(...page.names);
      after = page.page.next;
    }
    return names;
  }

  for (const count of ['none', 'capped', 'exact', 'estimate']) {
    it(`gives each record once, page by page, newest first, with the count ${count}`, async () => {
      const names = await allPages({ q: 'apir', limit: '5', count });

      expect(numbers(names)).to.deep.equal([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    });
  }

  it('counts what is found', async () => {
    expect((await list({ q: 'tapir', limit: '5' })).page.count).to.equal(12);
    expect((await list({ q: 'tapir', limit: '5', count: 'exact' })).page.count).to.equal(12);
    expect((await list({ q: 'manatee' })).page.count).to.equal(1);
  });

  it('goes along with filters and sorts', async () => {
    const query = { q: 'tapir', 'filter[jobTitle]': 'even', limit: '4' };

    expect(numbers(await allPages(query))).to.deep.equal([10, 8, 6, 4, 2, 0]);
    expect(numbers(await allPages({ ...query, sort: 'name' }))).to.deep.equal([0, 2, 4, 6, 8, 10]);
    expect((await list(query)).page.count).to.equal(6);
  });

  it('holds to the rights of the list', async () => {
    const mine = identityOf({ userId: owner, reach: reaches({ 'core.contact:read': 'own' }) });

    const { names, page } = await list({ q: 'tapir' }, mine);

    expect([numbers(names), page.count]).to.deep.equal([[3, 2, 1, 0], 4]);
  });

  it('finds words of long texts, and nothing that is not there', async () => {
    expect((await list({ q: 'manatee' })).names).to.deep.equal(['Tapir 05']);
    expect((await list({ q: 'tapir 05 manatee' })).names).to.deep.equal(['Tapir 05']);
    expect((await list({ q: 'tapir 06 manatee' })).names).to.deep.equal([]);
  });

  it('is nothing when it is empty, and refused when it cannot be looked for', async () => {
    expect((await list({ q: '  ', count: 'exact' })).page.count).to.equal(13);
    expect(await problemOf(list({ q: '--' }))).to.equal('?q required');
    expect(await problemOf(list({ q: 'a\u0000b' }))).to.equal('?q wrong_value');
    expect(await problemOf(searchOf(host).list('lab/batches', { q: 'a' }))).to.equal('?q unknown_parameter');
  });

  it('does not take the cursor of another search', async () => {
    const { page } = await list({ q: 'tapir', limit: '2' });

    expect(await problemOf(list({ q: 'apir', limit: '2', after: page.next ?? '' }))).to.equal('?after bad_cursor');
  });

  it('is what queries of plugins ask with search()', async () => {
    const found = await host.query(Contact).search('tapir').where({ jobTitle: 'odd' }).sort('name').limit(2);

    expect(found.map(({ name }) => name)).to.deep.equal(['Tapir 01', 'Tapir 03']);
    expect(await host.query(Contact).search('tapir').count()).to.equal(12);
    expect((await rejection(host.query(Contact).search('--').first())).code).to.equal('invalid_query');
  });
});
