import { createTestHost, type TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';

describe('/api/v1/demo-data', () => {
  let host: TestHost;
  beforeEach(async () => (host = await createTestHost()));
  afterEach(() => host.close());

  it('adds marked records once, and takes all of them away again', async () => {
    const before = await rows();

    const added = await host.as(host.admin).post('/api/v1/demo-data');
    const again = await host.as(host.admin).post('/api/v1/demo-data');

    expect(added.status).to.equal(201);
    expect(added.body).to.deep.equal({ data: { count: 85 } });
    expect(again.body).to.deep.equal(added.body);
    const contacts = await host.as(host.user).get('/api/v1/contacts?count=exact&include=accounts.account');
    expect(contacts.body['page']).to.include({ count: 40 });
    await host.settle();
    const told = await host.sql(`select 1 from core.notifications where kind = 'core.record-assigned'`);
    expect(told, 'that demo records were made is no news').to.have.length(0);

    const removed = await host.as(host.admin).delete('/api/v1/demo-data');

    expect(removed.body).to.deep.equal({ data: { removed: 85, kept: 0 } });
    expect(await rows()).to.deep.equal(before);
    expect((await host.as(host.admin).get('/api/v1/demo-data')).body).to.deep.equal({ data: { count: 0 } });
  });

  it('leaves what people added, and what that refers to', async () => {
    await host.as(host.admin).post('/api/v1/demo-data');
    const { body } = await host.as(host.admin).get('/api/v1/accounts?filter[name]=Alderbrook Logistics&include=owner');
    const account = body['data']?.[0];
    const contact = { name: 'Mine', accounts: [{ account: account?.['id'] }] };
    expect((await host.as(host.user).post('/api/v1/contacts', contact)).status).to.equal(201);

    const removed = await host.as(host.admin).delete('/api/v1/demo-data');

    // The company, its parent, their owners and the team of these.
    const names = (await host.sql('select name from core.accounts order by name')).map(({ name }) => name);
    expect(names).to.deep.equal(['Alderbrook Foods', 'Alderbrook Logistics']);
    expect((await host.sql('select name from core.contacts')).map(({ name }) => name)).to.deep.equal(['Mine']);
    expect(Number(removed.body['data']?.['kept'])).to.be.greaterThan(2);
    expect((await host.as(host.admin).get('/api/v1/demo-data')).body).to.deep.equal({ data: { count: 0 } });
  });

  it('takes what stayed again when demo records are added anew', async () => {
    await host.as(host.admin).post('/api/v1/demo-data');
    const [maya] = await host.sql("select id from core.users where email like 'maya.%'");
    const account = { name: 'Mine', owner: maya?.['id'] };
    expect((await host.as(host.admin).post('/api/v1/accounts', account)).status).to.equal(201);
    await host.as(host.admin).delete('/api/v1/demo-data');

    const added = await host.as(host.admin).post('/api/v1/demo-data');

    expect(added.status).to.equal(201);
    expect((await host.sql("select 1 from core.users where email like '%@demo.example'")).length).to.equal(4);
    expect((await host.sql("select 1 from core.teams where name like 'Sales %'")).length).to.equal(2);
  });

  it('is for administrators', async () => {
    for (const user of [host.manager, host.user, host.readOnly]) {
      expect((await host.as(user).post('/api/v1/demo-data')).status).to.equal(403);
      expect((await host.as(user).delete('/api/v1/demo-data')).status).to.equal(403);
    }
    expect(await host.sql('select 1 from core.demo_records')).to.deep.equal([]);
  });

  async function rows() {
    return host.sql(`select (select count(*) from core.accounts) as accounts, (select count(*) from core.contacts) as contacts,
      (select count(*) from core.users) as users, (select count(*) from core.teams) as teams`);
  }
});
