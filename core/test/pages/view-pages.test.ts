import { expect } from 'chai';
import type { TestHost, TestUser } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

/** Heads of a table's columns. */
function columnsIn(text: string): readonly string[] {
  const heads = [...text.matchAll(/<th role="columnheader" scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)/g)];
  return heads.map(([, label = '']) => label);
}

describe('saved views on pages', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
    for (const [name, country] of [
      ['Alder', 'Chile'],
      ['Birch', 'Peru'],
      ['Cedar', 'Chile'],
    ])
      await host.as(host.admin).post('/api/v1/accounts', { name, country });
  });
  after(() => host.close());

  const list = async (user: TestUser, address: string): Promise<string> => (await host.as(user).page(address)).text;
  const shows = (text: string): string =>
    ['Alder', 'Birch', 'Cedar'].filter((name) => text.includes(`>${name}<`)).join(' ');
  const encoded = (tree: object): string => encodeURIComponent(JSON.stringify(tree));
  const either = {
    any: [
      { field: 'name', op: 'eq', value: 'Birch' },
      { field: 'name', op: 'startsWith', value: 'Ced' },
    ],
  };
  const save = (user: TestUser, search: string, form: Record<string, string>) =>
    host.as(user).submit(`/views/new?entity=core.account&${search}`, { visibility: 'private', ...form });

  it('show a list filtered by groups, with a chip that says so', async () => {
    const text = await list(host.user, `/accounts?where=${encoded(either)}`);

    expect(shows(text)).to.equal('Birch Cedar');
    expect(text).to.contain('Name is Birch or Name begins with Ced').and.contain('Save as view');
  });

  it('are saved, opened, changed, shared, deleted and brought back', async () => {
    const saved = await save(host.user, `where=${encoded(either)}&columns=name,country`, {
      name: 'Two',
      visibility: 'everyone',
    });
    const address = saved.headers.get('location') ?? '';
    expect([saved.status, /^\/accounts\?view=[0-9a-f-]{36}$/.test(address)]).to.deep.equal([303, true]);

    const [mine, theirs] = [await list(host.user, address), await list(host.readOnly, address)];
    expect([shows(mine), shows(theirs)]).to.deep.equal(['Birch Cedar', 'Birch Cedar']);
    expect(mine).to.match(/aria-current="page">[^/]*<svg.*Two<\/a>/);
    expect(columnsIn(mine)).to.deep.equal(['Name', 'Country']);

    const changed = await list(host.user, `${address}&filter[name]=Birch`);
    expect(shows(changed)).to.equal('Birch');
    expect(changed).to.contain('Changed').and.contain('/state?');
    expect(await list(host.readOnly, `${address}&filter[name]=Birch`))
      .to.contain('Changed')
      .and.not.contain('/state?');

    const manage = address.replace('/accounts?view=', '/views/');
    await host.as(host.user).submit(`${manage}/state?filter[name]=Birch`, {});
    expect(shows(await list(host.readOnly, address))).to.equal('Birch');

    expect((await host.as(host.user).submit(`${manage}/removal`, {})).status).to.equal(303);
    expect((await host.as(host.readOnly).page(address)).status).to.equal(404);
    expect((await host.as(host.user).submit(`${manage}/restoration`, {})).status).to.equal(303);
    expect((await host.as(host.readOnly).page(address)).status).to.equal(200);
  });

  it('come first where they are pinned, and the whole list is a tab away', async () => {
    const user = await host.buildUser({ name: 'Pins' });
    const saved = await save(user, 'filter[country]=Chile', { name: 'Chileans', pin: 'true' });

    const first = await host.as(user).page('/accounts');
    const whole = await list(user, '/accounts?view=none');

    expect([first.status, first.headers.get('location')]).to.deep.equal([303, saved.headers.get('location')]);
    expect(shows(whole)).to.equal('Alder Birch Cedar');
    expect(shows(await list(user, '/accounts?filter[name]=Alder'))).to.equal('Alder');
  });

  it('come first for a role where an admin says so', async () => {
    const saved = await save(host.admin, 'sort=-name', { name: 'For all', visibility: 'everyone' });
    const manage = (saved.headers.get('location') ?? '').replace('/accounts?view=', '/views/');

    const form = await list(host.admin, manage);
    await host.as(host.admin).submit(manage, { name: 'For all', visibility: 'everyone', role: 'read-only' });

    expect(form).to.contain('First view of a role');
    expect((await host.as(host.readOnly).page('/accounts')).headers.get('location')).to.equal(
      saved.headers.get('location'),
    );
    expect((await host.as(host.manager).page('/accounts')).status).to.equal(200);
  });

  it('are refused without a name, with the form again', async () => {
    const { status, text } = await save(host.user, 'sort=name', { name: ' ' });

    expect(status).to.equal(422);
    expect(text).to.contain('role="alert"').and.contain('name="visibility"');
  });

  it('are not there for others when they are private', async () => {
    const saved = await save(host.user, 'sort=name', { name: 'Hidden' });
    const address = saved.headers.get('location') ?? '';
    const manage = address.replace('/accounts?view=', '/views/');

    const answers = [
      await host.as(host.admin).page(address),
      await host.as(host.admin).page(manage),
      await host.as(host.admin).submit(`${manage}/removal`, {}),
    ];
    expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404]);
    expect(await list(host.admin, '/accounts?sort=name')).to.not.contain('Hidden');
  });

  it('refuse an address that makes no sense', async () => {
    const statuses = await Promise.all(
      ['where={', 'where={"any":[{"field":"color"}]}', 'view=x', 'filter[name][near]=a'].map(
        async (search) => (await host.as(host.user).page(`/accounts?${search}`)).status,
      ),
    );

    expect(statuses).to.deep.equal([400, 400, 404, 400]);
  });
});

describe('the editors of a list', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
    await host.as(host.admin).post('/api/v1/accounts', { name: 'Only one' });
  });
  after(() => host.close());

  const page = (address: string) => host.as(host.user).page(address);
  const names = (text: string): readonly string[] =>
    [...text.matchAll(/ name="(n\.[^"]+)"/g)].map(([, name = '']) => name);

  it('take and show numbers as the reader writes them; addresses have a point', async () => {
    const german = await host.buildUser({ name: 'Uwe', role: 'manager' });
    await host.as(german).patch('/api/v1/me/preferences', { locale: 'de' });
    const open = (address: string) => host.as(german).page(address);
    const typed = '/accounts/filter?_editing=1&m=all&n.0.field=annualRevenue&n.0.op=between&n.0.value.0=1.234,5';

    const applied = await open(`${typed}&n.0.value.1=2000&_do=apply`);
    const address = decodeURIComponent(applied.headers.get('Location') ?? '');
    const [again, redrawn, list] = [
      await open(`/accounts/filter?filter[annualRevenue][gte]=1234.5`),
      await open(`${typed}&n.0.value.1=2000&_do=add:`),
      await open('/accounts?filter[annualRevenue][gte]=1234.5'),
    ];
    const menu = await open('/accounts?add=annualRevenue&op=lte&value=0,75');

    expect(address).to.contain('filter[annualRevenue][between]=1234.5,2000');
    expect(again.text).to.contain('value="1234,5"');
    expect(redrawn.text).to.contain('value="1.234,5"');
    expect(list.text).to.contain('1234,5');
    expect(decodeURIComponent(menu.headers.get('Location') ?? '')).to.contain('filter[annualRevenue][lte]=0.75');
    expect((await page('/accounts/filter?filter[annualRevenue][gte]=1234.5')).text).to.contain('value="1234.5"');
  });

  it('show the filter as controls, and one more condition or group when asked', async () => {
    const [start, added, grouped, removed] = await Promise.all([
      page('/accounts/filter?filter[name][contains]=a'),
      page('/accounts/filter?_editing=1&m=all&n.0.field=name&n.0.op=contains&n.0.value.0=a&_do=add:'),
      page('/accounts/filter?_editing=1&m=all&n.0.field=name&n.0.op=contains&n.0.value.0=a&_do=group:'),
      page('/accounts/filter?_editing=1&m=all&n.0.field=name&n.0.op=eq&n.1.field=country&n.1.op=eq&_do=remove:n.0.'),
    ]);

    expect(names(start.text)).to.deep.equal(['n.0.field', 'n.0.op', 'n.0.value.0']);
    expect(names(added.text)).to.include('n.1.field');
    expect(names(grouped.text)).to.include('n.1.m').and.include('n.1.n.0.field');
    expect(names(removed.text)).to.deep.equal(['n.0.field', 'n.0.op', 'n.0.value.0']);
    expect(removed.text).to.contain('<option value="country" selected>');
  });

  it('keep an editor standing that is sent what is no filter', async () => {
    for (const rest of ['null', '5', '{"all":null}', '{"any":[null]}'])
      for (const act of ['', '&_do=apply']) {
        const address = `/accounts/filter?_editing=1&m=all&n.0.rest=${encodeURIComponent(rest)}${act}`;
        expect((await host.as(host.user).page(address)).status, address).to.be.lessThan(400);
      }
  });

  it('have a control for every kind of field and words for days and people', async () => {
    const fields = ['roles', 'owner', 'updatedAt', 'employees', 'domains', 'domains.domain', 'parent', 'description'];
    for (const field of fields) {
      const { status, text } = await page(`/accounts/filter?_editing=1&m=all&n.0.field=${field}&n.0.op=`);
      expect(status, field).to.equal(200);
      expect(text, field).to.contain(`<option value="${field}" selected>`);
    }
    expect((await page('/accounts/filter?_editing=1&m=all&n.0.field=updatedAt')).text).to.contain('last_30_days');
    expect((await page('/accounts/filter?_editing=1&m=all&n.0.field=owner')).text).to.contain('my_team');
  });

  it('lead to the list with the filter that was built', async () => {
    const search = new URLSearchParams({
      ...{ _editing: '1', _do: 'apply', m: 'any', sort: 'name' },
      ...{ 'n.0.field': 'owner', 'n.0.op': 'eq', 'n.0.word': 'me' },
      ...{ 'n.1.m': 'all', 'n.1.n.0.field': 'employees', 'n.1.n.0.op': 'between' },
      ...{ 'n.1.n.0.value.0': '1', 'n.1.n.0.value.1': '9', 'n.1.n.1.field': 'name', 'n.1.n.1.op': 'filled' },
      ...{ 'n.2.field': 'name', 'n.2.op': 'contains', 'n.2.value.0': '' },
    });

    const { status, headers } = await page(`/accounts/filter?${search.toString()}`);

    const to = new URL(headers.get('location') ?? '', 'http://x');
    expect([status, to.pathname, to.searchParams.get('sort')]).to.deep.equal([303, '/accounts', 'name']);
    expect(JSON.parse(to.searchParams.get('where') ?? '')).to.deep.equal({
      all: [
        {
          any: [
            { field: 'owner', op: 'eq', value: 'me' },
            {
              all: [
                { field: 'employees', op: 'between', value: ['1', '9'] },
                { field: 'name', op: 'empty', value: 'false' },
              ],
            },
          ],
        },
      ],
    });
    expect((await page(to.pathname + to.search)).status).to.equal(200);
  });

  it('keep conditions that they have no controls for', async () => {
    const where = { all: [{ field: 'name', op: 'in', value: ['a', 'b'] }] };
    const { text } = await page(`/accounts/filter?where=${encodeURIComponent(JSON.stringify(where))}`);

    expect(text).to.contain('name="n.0.rest"').and.contain('Name is one of a, b');
  });

  it('move columns, leave some out, and sort by several', async () => {
    const base = 'order.0=name&order.1=country&order.2=owner&shown.name=1&shown.country=1&_editing=1';
    const moved = await page(`/accounts/columns?${base}&_do=up:country`);
    const sorted = 'sort-0=country&direction-0=descending&sort-1=name&direction-1=ascending';
    const applied = await page(`/accounts/columns?${base}&${sorted}&_do=apply`);

    const order = [...moved.text.matchAll(/name="order\.\d+" value="([^"]+)"/g)].map(([, path]) => path);
    const to = new URL(applied.headers.get('location') ?? '', 'http://x');
    expect(order.slice(0, 3)).to.deep.equal(['country', 'name', 'owner']);
    expect(to.search).to.equal('?sort=-country%2Cname&columns=name%2Ccountry');
    const { text } = await page(to.pathname + to.search);
    expect(columnsIn(text)).to.deep.equal(['Name', 'Country']);
  });

  it('are there for those who may read the list', async () => {
    expect((await host.as().page('/accounts/filter')).status).to.equal(303);
    expect((await page('/accounts/columns?view=x')).status).to.equal(404);
    expect((await page('/accounts/filter?where=7')).status).to.equal(400);
  });
});
