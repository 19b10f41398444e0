import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';
import { upload } from './upload.js';

describe("core's own pages", function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const forAdministrators = ['/plugins', '/roles', '/settings', '/dead-letters'];
  for (const address of forAdministrators) {
    it(`${address} is for administrators alone`, async () => {
      expect((await host.as(host.admin).page(address)).status).to.equal(200);
      expect((await host.as(host.user).page(address)).status).to.equal(403);
    });
  }

  it('show a menu of what somebody may see', async () => {
    const admin = await host.as(host.admin).page('/');
    const reader = await host.as(host.readOnly).page('/');

    expect(admin.text).to.contain('href="/plugins"').and.contain('href="/settings"').and.contain('href="/imports"');
    expect(reader.text)
      .to.contain('href="/accounts"')
      .and.not.contain('href="/plugins"')
      .and.not.contain('href="/imports"');
  });

  it('tell an administrator the first steps, and which of them are done', async () => {
    const before = await host.as(host.admin).page('/');
    await host.as(host.admin).post('/api/v1/accounts', { name: 'First' });
    const after = await host.as(host.admin).page('/');

    expect(before.text).to.contain('1 of 4 done');
    expect(after.text).to.contain('2 of 4 done');
    expect((await host.as(host.user).page('/')).text).to.not.contain('First steps');
  });

  it('change a right of a role, and only that', async () => {
    const client = host.as(host.admin);

    const { status } = await client.submit('/roles/user', { 'core.account:delete': '', 'core.account:update': 'own' });
    const { text } = await client.page('/roles/user');

    expect(status).to.equal(303);
    expect(text.match(/is-changed/g)).to.have.length(1);
    const { body } = await client.get('/api/v1/roles/user/grants');
    const changed = (
      body['data'] as unknown as readonly { permission: string; reach: unknown; declared: unknown }[]
    ).filter(({ reach, declared }) => reach !== declared);
    expect(changed.map(({ permission, reach }) => [permission, reach])).to.deep.equal([['core.account:delete', null]]);
  });

  it('save the settings, and say what is wrong with them in place', async () => {
    const client = host.as(host.admin);
    const form = {
      companyName: 'Acme',
      baseCurrency: 'EUR',
      furtherCurrencies: 'usd, gbp',
      timeZone: 'Europe/Amsterdam',
      locale: 'en',
      weekStart: 'monday',
      fiscalYearStart: '4',
      publicUrl: '',
      defaultCountry: 'NL',
      'holidays.0.date': '2027-04-27',
      'holidays.0.name': "King's Day",
    };

    const wrong = await client.submit('/settings', { ...form, publicUrl: 'nowhere' });
    const right = await client.submit('/settings', form);

    expect(wrong.status).to.equal(422);
    expect(wrong.text).to.contain('field-publicUrl-error').and.contain('value="nowhere"');
    expect(right.status).to.equal(303);
    const { body } = await client.get('/api/v1/settings');
    expect(body).to.deep.include({
      companyName: 'Acme',
      furtherCurrencies: ['USD', 'GBP'],
      fiscalYearStart: 4,
      businessHours: [],
    });
  });

  it('add a row to the holidays without saving', async () => {
    const { status, text } = await host.as(host.admin).submit('/settings', { companyName: 'Typed', _add: 'holidays' });

    expect(status).to.equal(200);
    expect(text).to.contain('name="holidays.0.date"').and.contain('value="Typed"');
  });

  it('show a new API token once, and what it is for ever after', async () => {
    const client = host.as(host.user);

    const made = await client.submit('/me/tokens', { name: 'Monthly report' });
    const later = await client.page('/me');

    const [token = ''] = /trl_[\w-]{20,}/.exec(made.text) ?? [];
    expect(token).to.not.equal('');
    expect(later.text).to.contain('Monthly report').and.not.contain(token);
  });

  it('refuse a new password without the old one, in place', async () => {
    const { status, text } = await host
      .as(host.user)
      .submit('/me/password', { oldPassword: 'wrong', newPassword: 'correct horse battery' });

    expect(status).to.equal(422);
    expect(text).to.contain('field-oldPassword-error');
  });

  it('invite somebody by a link that is shown once', async () => {
    const client = host.as(host.admin);
    const { body } = await client.post('/api/v1/users', { name: 'New Colleague', email: 'new@example.com' });
    const id = typeof body.id === 'string' ? body.id : '';

    const { status, text } = await client.submit(`/users/${id}/invitation`, {});

    expect(status).to.equal(200);
    expect(text).to.match(/\/invitation\/[\w-]{20,}/);
    expect((await client.page(`/users/${id}`)).text).to.contain('Invited');
  });

  it('deactivate a user and hand over what they own', async () => {
    const client = host.as(host.admin);
    const leaver = await host.buildUser({ name: 'Leaver', role: 'user' });
    const { body } = await host.as(leaver).post('/api/v1/accounts', { name: 'Handed over' });

    const page = await client.page(`/users/${leaver.userId}/deactivation`);
    const { status } = await client.submit(`/users/${leaver.userId}/deactivation`, { reassignTo: host.manager.userId });

    expect(page.text).to.contain(host.manager.name);
    expect(status).to.equal(303);
    const account = await client.get(`/api/v1/accounts/${typeof body.id === 'string' ? body.id : ''}`);
    expect(account.body['owner']).to.equal(host.manager.userId);
  });

  it('keep the last administrator, and say so', async () => {
    const client = host.as(host.admin);

    const { status } = await client.submit(`/users/${host.admin.userId}/role`, { role: 'user' });

    expect(status).to.equal(303);
    expect((await client.get('/api/v1/me')).body['role']).to.equal('admin');
  });

  it('take a file, ask about its columns, check all rows, and write nothing before that was asked for', async () => {
    const client = host.as(host.admin);
    const refused = await upload(host, 'core.account', '');
    const accepted = await upload(host, 'core.account', 'company,Branch,staff\nImported,Retail,12\nBad,Retail,many\n');
    const columns = accepted.headers.get('location') ?? '';

    expect(refused.status).to.equal(422);
    expect(await refused.text()).to.contain('The file is empty.');
    expect(accepted.status).to.equal(303);
    const { text } = await client.page(columns);
    expect(text).to.contain('accounts.csv').and.contain('name="column.0.field"').and.contain('Imported');
    const missing = await client.submit(columns, { 'column.1.field': 'industry', step: 'check' });
    expect(missing.status).to.equal(422);
    expect(missing.text).to.contain('No column gives “Name”');
    const fields = { 'column.0.field': 'name', 'column.1.field': 'industry', 'column.2.field': 'employees' };
    const asked = await client.submit(columns, { ...fields, match: 'name', step: 'check' });
    const page = asked.headers.get('location') ?? '';
    const waiting = await client.page(page);
    await host.settle();
    const checked = await client.page(page);

    expect(asked.status).to.equal(303);
    expect(waiting.text).to.contain('data-live-topics="job:');
    expect(checked.text).to.contain('is not a whole number').and.contain('line 3').and.contain('many');
    expect(await host.sql("select 1 from core.accounts where name = 'Imported'")).to.deep.equal([]);
    expect((await client.submit(`${page}/run`, {})).status).to.equal(303);
    const again = await client.submit(`${page}/run`, {});
    expect([again.status, again.headers.get('location')]).to.deep.equal([303, page]);
    await host.settle();
    expect((await client.page(page)).text)
      .to.contain('The import is done.')
      .and.contain('/refused.csv');
    expect(await host.sql("select 1 from core.accounts where name = 'Imported'")).to.have.length(1);
    expect((await client.submit(columns, { 'column.0.field': 'name' })).status).to.equal(303);
  });

  it('keep columns under a name, and offer them for files that have them, to others when they are shared', async () => {
    const client = host.as(host.admin);
    const columns = (await upload(host, 'core.account', 'company,branch\nKept,Retail\n')).headers.get('location') ?? '';
    const fields = { 'column.0.field': 'name', 'column.1.field': 'industry', match: 'none' };
    const unnamed = await client.submit(columns, { ...fields, step: 'keep' });
    const kept = await client.submit(columns, { ...fields, step: 'keep', mappingName: 'Firm list', isShared: 'on' });
    const fitting =
      (await upload(host, 'core.account', 'branch,company,colour\nx,y,z\n')).headers.get('location') ?? '';
    const other = (await upload(host, 'core.account', 'company,colour\ny,z\n')).headers.get('location') ?? '';

    const offered = await client.page(fitting);
    const id = /<option value="([0-9a-f-]{36})">Firm list/.exec(offered.text)?.[1] ?? '';
    const used = await client.submit(fitting, { step: 'use', mapping: id });
    const unfit = await client.submit(other, { step: 'use', mapping: id });

    expect([unnamed.status, kept.status, used.status, unfit.status]).to.deep.equal([303, 303, 303, 303]);
    expect((await client.page(other)).text).to.not.contain('Firm list');
    const page = await client.page(fitting);
    expect(page.text).to.match(/name="column\.1\.field"[^>]*>[^]*?<option value="name" selected>/);
    const [row] = await host.sql('select name, is_shared, owner_id from core.import_mappings');
    expect(row).to.deep.equal({ name: 'Firm list', is_shared: true, owner_id: host.admin.userId });
    expect((await client.submit(fitting, { step: 'forget', mapping: id })).status).to.equal(303);
    expect((await client.submit(fitting, { step: 'forget', mapping: id })).status).to.equal(404);
    expect(await host.sql('select 1 from core.import_mappings')).to.deep.equal([]);
  });
});
