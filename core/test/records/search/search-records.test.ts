import { Account, Contact, Team, User, type Reach } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { identityOf, openRecordHost, reaches, type RecordHost } from '../record-host.js';
import { problemOf, searchOf, type Hit } from './search-lab.js';

describe('GET /api/v1/search', () => {
  let host: RecordHost;

  before(async () => {
    host = await openRecordHost();
  });

  after(() => host.close());

  const search = (q: string, query = {}, identity?: ReturnType<typeof identityOf>): Promise<readonly Hit[]> =>
    searchOf(host).search(q, query, identity);
  const titles = async (q: string, query = {}): Promise<readonly (string | null)[]> =>
    (await search(q, query)).map(({ title }) => title);

  it('finds parts of words, titles that begin so first, the newest first among equals', async () => {
    for (const name of ['Grandmeyer', 'Old Meyer', 'Meyer older', 'Meyer newer', 'New Meyer']) {
      await host.records(Account).create({ name });
      host.clock.advance(1000);
    }

    expect(await titles('meyer')).to.deep.equal(['Meyer newer', 'Meyer older', 'New Meyer', 'Old Meyer', 'Grandmeyer']);
    expect(await titles('eye', { limit: '2' })).to.have.length(2);
  });

  it('finds records of several entities by what their lists hold, and says where', async () => {
    const account = await host.records(Account).create({ name: 'Zebra', domains: [{ domain: 'Quokka.example' }] });
    const contact = await host.records(Contact).create({ name: 'Ann', emails: [{ email: 'ann@quokka.example' }] });

    const hits = await search('quokka');

    expect(hits.map(({ entity, id, title, match }) => [entity, id, title, match])).to.have.deep.members([
      ['core.account', account.id, 'Zebra', 'Quokka.example'],
      ['core.contact', contact.id, 'Ann', 'ann@quokka.example'],
    ]);
    expect((await search('quokka', { entity: 'core.contact' })).map(({ id }) => id)).to.deep.equal([contact.id]);
  });

  it('finds whole words of long texts, after what the short ones hold', async () => {
    await host.records(Contact).create({ name: 'Long', description: 'likes the wombat very much' });
    await host.records(Contact).create({ name: 'Wombat short' });

    expect(await titles('wombat')).to.deep.equal(['Wombat short', 'Long']);
    expect(await titles('wom')).to.deep.equal(['Wombat short', 'Long']);
    const asTyped = (await search('ombat')).filter(({ isSimilar }) => !isSimilar);
    expect(asTyped.map(({ title }) => title)).to.deep.equal(['Wombat short']);
  });

  it('asks for all words in any order, and for quoted ones side by side', async () => {
    await host.records(Contact).create({ name: 'Ida Maria Platypus' });

    expect(await titles('platypus ida')).to.deep.equal(['Ida Maria Platypus']);
    expect(await titles('platypus otto')).to.deep.equal([]);
    expect(await titles('"maria platypus"')).to.deep.equal(['Ida Maria Platypus']);
    expect(await titles('"ida platypus"')).to.deep.equal([]);
  });

  it('folds accents, and knows umlauts written out', async () => {
    await host.records(Contact).create({ name: 'Jürgen Groß-Bölkow' });

    for (const q of ['JÜRGEN', 'jurgen', 'juergen', 'gross', 'Groß', 'bolk', 'boelkow'])
      expect(await titles(q), q).to.deep.equal(['Jürgen Groß-Bölkow']);
  });

  it('finds two letters, and characters and any part of scripts without blanks', async () => {
    await host.records(Account).create({ name: '株式会社東京商事' });
    await host.records(Account).create({ name: 'Xu Xy' });

    for (const q of ['東', '東京', '社東京', '株式会社東京商事'])
      expect(await titles(q), q).to.deep.equal(['株式会社東京商事']);
    expect(await titles('京東')).to.deep.equal([]);
    expect(await titles('xy')).to.deep.equal(['Xu Xy']);
    expect(await titles('x')).to.deep.equal(['Xu Xy']);
  });

  it('finds phone numbers in any spelling', async () => {
    await host.records(Contact).create({ name: 'Caller', phones: [{ phone: '+49 30 9018 2054' }] });

    for (const q of ['+49 30 90182054', '030 / 9018 2054', '030-90182054', '90182054', '9018'])
      expect(await titles(q), q).to.deep.equal(['Caller']);
  });

  it('takes wildcards and operators for what they are', async () => {
    await host.records(Account).create({ name: '100%_sure\\ | & ! company' });

    expect(await titles('100%_sure')).to.deep.equal(['100%_sure\\ | & ! company']);
    for (const q of ['1%0', 'su_e', "company' | 'x", ':* company !'])
      expect((await titles(q)).length, q).to.be.oneOf(q.startsWith(':*') ? [1] : [0]);
  });

  it('gives groups their share', async () => {
    for (let index = 0; index < 4; index += 1) {
      await host.records(Account).create({ name: `Narwhal ${index}` });
      await host.records(Contact).create({ name: `Narwhal person ${index}`, description: 'narwhal' });
    }

    const hits = await search('narwhal', { perEntity: '2' });

    expect(hits.map(({ entity }) => entity).sort()).to.deep.equal([
      'core.account',
      'core.account',
      'core.contact',
      'core.contact',
    ]);
  });

  it('gives groups their share of a word that thousands of others have', async () => {
    const crowd = [...Array(1100).keys()].map((n) => ({ name: `Quetzal ${n}` }));
    await host.records(Account).createMany(crowd);
    const contact = await host.records(Contact).create({ name: 'Quetzal Contact' });
    const told = await host.records(Contact).create({ name: 'Ann', description: 'saw a quetzal' });
    const grouped = { perEntity: '5', limit: '20' };

    const hits = await search('quetzal', grouped);
    const parts = await search('uetza', grouped);

    const contacts = hits.filter(({ entity }) => entity === 'core.contact');
    expect(contacts.map(({ id }) => id)).to.deep.equal([contact.id, told.id]);
    expect(hits.filter(({ entity }) => entity === 'core.account')).to.have.length(5);
    expect(parts.map(({ id }) => id)).to.include(contact.id);
  });

  it('refuses what cannot be looked for', async () => {
    const cases: readonly (readonly [string, object, string])[] = [
      ['', {}, '?q required'],
      ['  "" -- ', {}, '?q required'],
      ['x'.repeat(201), {}, '?q too_long'],
      ['a b c d e f g h i j k', {}, '?q too_many'],
      ['a\u0000b', {}, '?q wrong_value'],
      ['a\ud800', {}, '?q wrong_value'],
      ['ann', { limit: '0' }, '?limit out_of_range'],
      ['ann', { limit: '51' }, '?limit out_of_range'],
      ['ann', { perEntity: 'x' }, '?perEntity out_of_range'],
      ['ann', { entity: 'core.nothing' }, '?entity unknown_entity'],
      ['ann', { entity: 'lab.sample' }, '?entity unknown_entity'],
      ['ann', { sort: 'name' }, '?sort unknown_parameter'],
    ];

    for (const [q, query, problem] of cases) expect(await problemOf(search(q, query)), q).to.equal(problem);
  });

  describe('rights', () => {
    it('show what the reach of the right to read holds, and hide entities without one', async () => {
      const [above, below, aside] = await host
        .records(Team)
        .createMany([{ name: 'Above' }, { name: 'Below' }, { name: 'Aside' }]);
      const team = [above, below, aside].map((one) => one?.id ?? '');
      const people = await host.records(User).createMany(
        ['me', 'mate', 'lower', 'stranger'].map((name, index) => ({
          name,
          team: team[[0, 0, 1, 2][index] ?? 0] ?? '',
        })),
      );
      for (const person of people)
        await host.records(Contact).create({ name: `Axolotl of ${person.name}`, owner: person.id });
      await host.records(Account).create({ name: 'Axolotl inc' });
      const me = (reach: Reach | null) =>
        identityOf({
          userId: people[0]?.id ?? null,
          teamIds: team.slice(0, 1),
          subtreeTeamIds: team.slice(0, 2),
          reach: reach === null ? () => null : reaches({ 'core.contact:read': reach }),
        });
      const seen = async (reach: Reach | null): Promise<readonly unknown[]> =>
        (await search('axolotl', {}, me(reach))).map(({ title }) => title?.replace('Axolotl of ', '')).sort();

      expect(await seen('own')).to.deep.equal(['me']);
      expect(await seen('team')).to.deep.equal(['mate', 'me']);
      expect(await seen('subtree')).to.deep.equal(['lower', 'mate', 'me']);
      expect(await seen('all')).to.deep.equal(['lower', 'mate', 'me', 'stranger']);
      expect(await seen(null)).to.deep.equal([]);
      expect(await problemOf(search('axolotl', { entity: 'core.account' }, me('all')))).to.equal(
        '?entity unknown_entity',
      );
      expect(await problemOf(search('axolotl', { entity: 'core.contact' }, me(null)))).to.equal(
        '?entity unknown_entity',
      );
    });

    it('follow the owner of a record', async () => {
      const [from, to] = await host.records(User).createMany([{ name: 'from' }, { name: 'to' }]);
      const contact = await host.records(Contact).create({ name: 'Okapi', owner: from?.id ?? '' });
      const as = (userId: string | undefined) =>
        identityOf({ userId: userId ?? null, reach: reaches({ 'core.contact:read': 'own' }) });

      await host.records(Contact).update(contact.id, { owner: to?.id ?? '' });

      expect(await search('okapi', {}, as(from?.id))).to.deep.equal([]);
      expect(await search('okapi', {}, as(to?.id))).to.have.length(1);
    });

    it('never show the trash', async () => {
      const contact = await host.records(Contact).create({ name: 'Pangolin' });

      await host.records(Contact).trash(contact.id);
      const gone = await titles('pangolin');
      await host.records(Contact).restore(contact.id);

      expect([gone, await titles('pangolin')]).to.deep.equal([[], ['Pangolin']]);
    });
  });
});
