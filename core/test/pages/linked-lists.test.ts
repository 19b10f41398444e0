import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('lists of what is linked to records', function () {
  this.timeout(30_000);
  let host: TestHost;
  let account: string;
  let contact: string;

  before(async () => {
    host = await createTestHost();
    account = await create('accounts', { name: 'Northwind' });
    contact = await create('contacts', { name: 'Ann Buyer' });
    const links = [
      { entity: 'core.account', id: account },
      { entity: 'core.contact', id: contact },
    ];
    await create('activities', { kind: 'call', subject: 'About both', links });
    await create('activities', { kind: 'call', subject: 'About nothing' });
  });

  after(() => host.close());

  async function create(path: string, input: object): Promise<string> {
    const { body } = await host.as(host.user).post(`/api/v1/${path}`, input);
    return String(body['id']);
  }
  const page = async (address: string): Promise<string> => (await host.as(host.user).page(address)).text;
  const built = (conditions: Readonly<Record<string, string>>, act = ''): string =>
    `/activities/filter?${new URLSearchParams({ _editing: '1', m: 'all', 'n.0.field': 'links', 'n.0.op': 'eq', _do: act, ...conditions }).toString()}`;

  it('name the first record, and say how many there are besides', async () => {
    const text = await page('/activities');

    expect(text).to.include(`href="/accounts/${account}"`).and.include('Northwind');
    expect(text).to.include('Northwind +1</a>');
  });

  it('are exported with the names of what they are about, as far as one may see them', async () => {
    const exported = async (user = host.user) =>
      (await host.as(user).get('/api/v1/activities/export?fields=subject,links&sort=subject')).text
        .trim()
        .split('\r\n');

    expect(await exported()).to.deep.equal(['subject,links', 'About both,Northwind; Ann Buyer', 'About nothing,']);
    await host.as(host.admin).request('PUT', '/api/v1/roles/manager/grants', { grants: { 'core.contact:read': null } });
    expect((await exported(host.manager))[1]).to.equal('About both,Northwind');
  });

  it('say only how many there are to whoever may see none of them', async () => {
    const grants = { 'core.account:read': null, 'core.contact:read': null };
    const { status } = await host.as(host.admin).request('PUT', '/api/v1/roles/read-only/grants', { grants });
    expect(status).to.equal(200);

    expect((await host.as(host.readOnly).page('/activities')).text)
      .to.match(/About both[\s\S]*2 records<\/td>/)
      .and.not.include('Northwind');
  });

  it('are narrowed by a record, chosen by its kind first', async () => {
    const start = await page(built({}));
    const chosen = await page(built({ 'n.0.word': 'core.contact', 'n.0.value.0': contact }));
    const answer = await host
      .as(host.user)
      .page(built({ 'n.0.word': 'core.account', 'n.0.value.0': account }, 'apply'));
    const address = answer.headers.get('location') ?? '';

    expect(start).to.include('value="core.account"').and.include('data-search="/accounts/options"');
    expect(chosen)
      .to.match(/<option value="core.contact" selected>/)
      .and.include('Ann Buyer');
    expect(decodeURIComponent(address)).to.equal(`/activities?filter[links]=core.account:${account}`);
    expect(await page(address))
      .to.include('About both')
      .and.not.include('About nothing');
  });

  it('forget the record when another kind is chosen, and leave out what is not chosen yet', async () => {
    const other = await page(built({ 'n.0.word': 'core.contact', 'n.0.value.0': account }));
    const nothing = await host.as(host.user).page(built({ 'n.0.word': 'core.contact', 'n.0.value.0': '' }, 'apply'));

    expect(other).to.not.include(account);
    expect(nothing.headers.get('location')).to.equal('/activities');
  });
});
