import { expect } from 'chai';
import { planStatements } from '../../../dist/records/explain/explain-statements.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from '../record-host.js';
import { searchOf } from './search-lab.js';

describe('plans of search', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
    await host.database.knex
      .raw(`insert into core.search_entries (entity, record_id, owner_id, team_id, updated_at, title, text, terms)
      select 'core.contact', gen_random_uuid(), null, null, now() - n * interval '1 minute', 'Person ' || md5(n::text), ' person ' || md5(n::text),
        array_to_tsvector(array['person', md5(n::text)]) from generate_series(1, 20000) n`);
    await host.database.knex.raw('vacuum analyze core.search_entries');
  });

  after(() => host.close());

  async function planOf(work: () => Promise<unknown>): Promise<string> {
    const statements = (await host.statementsOf(work)).filter((text) => text.includes('"search_of_'));
    const plans = await planStatements(
      host.database.knex,
      statements.map((text, index) => ({ name: `search ${index}`, text })),
    );
    return plans.flatMap(({ plan }) => plan).join('\n');
  }

  for (const reach of ['own', 'team', 'subtree', 'all'] as const) {
    it(`find parts of words by the trigrams, in lists and everywhere: ${reach}`, async () => {
      const id = '00000000-0000-7000-8000-000000000001';
      const identity = identityOf({
        userId: id,
        teamIds: [id],
        subtreeTeamIds: [id],
        reach: reaches({ 'core.contact:read': reach }),
      });
      const plans = [
        await planOf(() => searchOf(host).search('abcd', {}, identity)),
        await planOf(() => searchOf(host).list('contacts', { q: 'abcd', count: 'none' }, identity)),
        await planOf(() => searchOf(host).list('contacts', { q: 'abcd', count: 'exact', sort: 'name' }, identity)),
      ];

      for (const plan of plans) {
        expect(plan).to.contain('search_of_core__contact_text_idx');
        expect(plan).to.not.match(/Seq Scan on search_of_core__contact/);
      }
    });
  }

  it('find two letters by the words', async () => {
    const plan = await planOf(() => searchOf(host).search('ab'));

    expect(plan).to.contain('search_of_core__contact_terms_idx');
    expect(plan).to.not.contain('search_of_core__contact_text_idx');
    expect(plan).to.not.match(/Seq Scan on search_of_core__contact/);
  });

  it('would show a whole scan: without the index there is one', async () => {
    const plan = await planOf(() =>
      host.database.knex.raw(`select from core."search_of_core__contact" where details like '%' || 'abcd' || '%'`),
    );

    expect(plan).to.match(/Seq Scan on search_of_core__contact/);
  });
});
