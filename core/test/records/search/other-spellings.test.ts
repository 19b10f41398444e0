import { Account, Contact, User } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { spellingVariants } from '../../../dist/records/search/spelling-variants.js';
import { identityOf, openRecordHost, reaches, type RecordHost } from '../record-host.js';
import { searchOf } from './search-lab.js';

describe('GET /api/v1/search with a typing error', () => {
  let host: RecordHost;
  let owner: string;

  before(async () => {
    host = await openRecordHost();
    const [user] = await host.records(User).createMany([{ name: 'Owner' }]);
    owner = user?.id ?? '';
    await host.records(Account).create({ name: 'Northwind Traders', domains: [{ domain: 'northwind.example' }] });
    await host.records(Contact).create({ name: 'Katharina Müller', owner });
    await host.records(Contact).create({ name: 'Peter Johnson' });
    await host.records(Contact).create({ name: 'Θεοδώρα Παππά' });
    await host.records(Contact).create({ name: '王小明' });
  });

  after(() => host.close());

  const titles = async (q: string, identity?: ReturnType<typeof identityOf>): Promise<readonly (string | null)[]> =>
    (await searchOf(host).search(q, {}, identity)).map(({ title }) => title);

  for (const [what, typed, found] of [
    ['a missing letter', 'jonson', 'Peter Johnson'],
    ['a letter too many', 'johnnson', 'Peter Johnson'],
    ['a wrong letter', 'johmson', 'Peter Johnson'],
    ['two letters that changed places', 'jonhson', 'Peter Johnson'],
    ['a wrong first letter', 'kohnson', 'Peter Johnson'],
    ['two mistakes, by what the words have in common', 'nortwint', 'Northwind Traders'],
    ['a word of two that is right', 'katarina mul', 'Katharina Müller'],
    ['capitals and accents that are not there', 'KÁTARINA', 'Katharina Müller'],
    ['letters of another script', 'Παπα', 'Θεοδώρα Παππά'],
  ] as const) {
    it(`finds what was meant with ${what}`, async () => {
      expect(await titles(typed)).to.include(found);
    });
  }

  it('says of a hit that it was spelled otherwise, and of others that they were not', async () => {
    const isSimilar = async (q: string): Promise<readonly boolean[]> =>
      (await searchOf(host).search(q)).map((hit) => hit.isSimilar);

    expect(await isSimilar('jonson')).to.deep.equal([true]);
    expect(await isSimilar('johnson')).to.deep.equal([false]);
  });

  it('puts what was typed before what may have been meant', async () => {
    await host.records(Contact).create({ name: 'Ada Thomsen' });
    await host.records(Contact).create({ name: 'Ada Thomson' });

    expect(await titles('thomson')).to.deep.equal(['Ada Thomson', 'Ada Thomsen']);
  });

  it('shows nobody a record that they may not read', async () => {
    const mine = identityOf({ userId: owner, reach: reaches({ 'core.contact:read': 'own' }) });

    expect(await titles('jonson', mine)).to.deep.equal([]);
    expect(await titles('katarina', mine)).to.deep.equal(['Katharina Müller']);
  });

  it('finds nothing where nothing is like it, and does not guess numbers, short words or characters', async () => {
    for (const typed of ['zyxwvut', 'jon5on', 'xul', '王大明', '"peter jonson"'])
      expect(await titles(typed), typed).to.deep.equal([]);
  });
});

describe('spelling variants of a word', () => {
  it('are one mistake away from it, and not the word itself', () => {
    const variants = new Set(spellingVariants('abcd'));

    for (const word of ['bacd', 'xabcd', 'abcdx', 'acd', 'abxd']) expect([...variants]).to.include(word);
    expect(variants.has('abcd')).to.equal(false);
    expect(variants.has('ab')).to.equal(false);
  });

  it('are none for short words, numbers and mixtures', () => {
    for (const word of ['abc', '1234', 'abc1', 'abcд', 'a'.repeat(25)])
      expect(spellingVariants(word)).to.deep.equal([]);
  });
});
