import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('the search box of a list', function () {
  this.timeout(30_000);
  let host: TestHost;

  before(async () => {
    host = await createTestHost();
    for (const [name, country] of [
      ['Oak Works', 'Chile'],
      ['Oak Mill', 'Peru'],
      ['Birch', 'Chile'],
    ])
      await host.as(host.user).post('/api/v1/accounts', { name, country });
  });

  after(() => host.close());

  const page = async (search: string): Promise<string> => (await host.as(host.user).page(`/accounts${search}`)).text;
  const shown = (text: string): readonly string[] =>
    ['Oak Works', 'Oak Mill', 'Birch'].filter((name) => text.includes(`>${name}<`));

  it('shows what has the words, within the filter, and keeps both in the links of the list', async () => {
    const text = await page('?q=oak&filter[country]=Chile');

    expect(shown(text)).to.deep.equal(['Oak Works']);
    expect(text).to.match(/type="search" name="q" value="oak"/);
    expect(text)
      .to.include('/api/v1/accounts/export')
      .and.match(/export[^"]*q&#x3D;oak/);
    expect(text).to.match(
      /<form method="get" action="\/accounts" role="search"[^]*?name="filter\[country\]" value="Chile"[^]*?<\/form>/,
    );
    expect(text).to.match(/href="\/accounts"[^>]*>Clear all/);
  });

  it('is there when nothing was found, and when nothing can be looked for', async () => {
    const nothing = await page('?q=zzzz');
    const signs = await page('?q=--');

    for (const text of [nothing, signs]) {
      expect(shown(text)).to.deep.equal([]);
      expect(text).to.include('role="search"').and.include('Clear all');
    }
    expect(signs).to.include('Type letters or digits');
  });

  it('is no part of a view that is kept', async () => {
    const text = await page('?q=oak&filter[country]=Chile');
    const [, save = ''] = /href="(\/views\/new[^"]*)"/.exec(text) ?? [];

    expect(save).to.include('Chile').and.not.include('oak');
  });

  it('goes along to the columns, the filter and what is done with many', async () => {
    const text = await page('?q=oak');

    expect(text)
      .to.match(/\/accounts\/columns\?q&#x3D;oak/)
      .and.match(/\/accounts\/filter\?q&#x3D;oak/);
    expect(text).to.match(/name="list" value="q&#x3D;oak"/);
  });
});
