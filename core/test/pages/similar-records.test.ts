import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('the warning of similar records', () => {
  let host: TestHost;
  let admin: TestClient;
  let known: string;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
    const { body } = await admin.post('/api/v1/accounts', {
      name: 'Acme Robotics GmbH',
      website: 'https://acme.example',
    });
    known = String(body['id']);
  });

  after(() => host.close());

  const countAccounts = async (): Promise<number> =>
    Number((await host.sql('select count(*)::int as n from core.accounts where deleted_at is null'))[0]?.['n']);

  it('comes while somebody types, as a part of the page with links', async () => {
    const partial = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };

    const { status, text } = await admin.page('/accounts/similar?name=acme+robotics&website=', partial);
    const nothing = await admin.page('/accounts/similar?name=Quite+Another', partial);

    expect(status).to.equal(200);
    expect(text).to.include(`href="/accounts/${known}"`).and.include('Same or alike: Name');
    expect(nothing.text).not.to.include('/accounts/');
  });

  it('stops the first sending of a form without scripts, and lets the second one pass', async () => {
    const before = await countAccounts();

    const first = await admin.submit('/accounts/new', { name: 'ACME Robotics Inc.' });
    const between = await countAccounts();
    const second = await admin.submit('/accounts/new', { name: 'ACME Robotics Inc.', _similar: known });

    expect([first.status, between - before, second.status, (await countAccounts()) - before]).to.deep.equal([
      422, 0, 303, 1,
    ]);
    expect(first.text).to.include(`name="_similar" value="${known}"`).and.include('Create anyway');
    expect(first.text).to.include('value="ACME Robotics Inc."');
  });

  it('does not stop what looks like nothing, nor a form whose notice showed all of them', async () => {
    const other = await admin.submit('/accounts/new', { name: 'Entirely Different' });

    expect(other.status).to.equal(303);
  });

  it('stops the first saving of a change that makes a record look like another one, and lets the second pass', async () => {
    const { body } = await admin.post('/api/v1/accounts', { name: 'Nothing Alike' });
    const address = `/accounts/${String(body['id'])}/edit`;
    const nameNow = async (): Promise<unknown> =>
      (await admin.get(`/api/v1/accounts/${String(body['id'])}`)).body['name'];

    const first = await admin.submit(address, { name: 'Acme Robotics', _fields: 'name', _version: '1' });
    const between = await nameNow();
    const seen = /name="_similar" value="([^"]+)"/.exec(first.text)?.[1] ?? '';
    const second = await admin.submit(address, { name: 'Acme Robotics', _fields: 'name', _similar: seen });

    expect([first.status, between, second.status, await nameNow()]).to.deep.equal([
      422,
      'Nothing Alike',
      303,
      'Acme Robotics',
    ]);
    expect(seen).to.include(known);
    expect(first.text)
      .to.match(/(Another account looks|accounts look) like this one/)
      .and.include('Save anyway');
  });

  it('says nothing of a record that looked so before, nor of the record itself', async () => {
    const { body } = await admin.post('/api/v1/accounts', { name: 'Acme Robotics SARL', employees: 1 });
    const id = String(body['id']);

    const page = await admin.page(`/accounts/${id}/edit`);
    const saved = await admin.submit(`/accounts/${id}/edit`, {
      name: 'Acme Robotics SARL',
      employees: '2',
      _fields: 'name employees',
    });
    const typed = await admin.page(`/accounts/${id}/similar?name=Acme+Robotics+SARL`);
    const changed = await admin.page(`/accounts/${id}/similar?name=Acme+Robotics+AB`);

    expect(page.text).to.include(`hx-get="/accounts/${id}/similar"`);
    expect([page.status, saved.status, typed.status]).to.deep.equal([200, 303, 200]);
    expect(typed.text).not.to.include('/accounts/');
    expect(changed.text).to.include(`/accounts/${known}`).and.not.to.include(`/accounts/${id}`);
  });

  it('stops once what is changed in place, on the page of the record and in its list', async () => {
    const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
    for (const list of ['', '?list=name']) {
      const { body } = await admin.post('/api/v1/accounts', { name: `In place${list}` });
      const address = `/accounts/${String(body['id'])}/fields/name${list}`;
      const form = { name: 'Acme Robotics', _version: '1' };

      const first = await admin.submit(address, form, part);
      const seen = /name="_similar" value="([^"]+)"/.exec(first.text)?.[1] ?? '';
      const other = await admin.submit(address, { ...form, _version: '7' }, part);
      const second = await admin.submit(address, { ...form, _similar: seen }, part);

      expect([first.status, other.status, second.status]).to.deep.equal([422, 422, 200]);
      expect(first.text)
        .to.include('like this one')
        .and.include('value="Acme Robotics"')
        .and.include('name="_version" value="1"');
      expect(other.text).not.to.include('like this one');
    }
  });

  it('tells first that somebody else saved meanwhile', async () => {
    const { body } = await admin.post('/api/v1/accounts', { name: 'Saved Twice' });
    const address = `/accounts/${String(body['id'])}/edit`;
    await admin.submit(address, { industry: 'Tools', _fields: 'industry' });

    const { status, text } = await admin.submit(address, { name: 'Acme Robotics', _fields: 'name', _version: '1' });

    expect(status).to.equal(422);
    expect(text).not.to.include('Save anyway');
  });

  it('is for those who may add or change records', async () => {
    const reader = await host.as(host.readOnly).page('/accounts/similar?name=acme');
    const nobody = await host.as().page('/accounts/similar?name=acme');
    const strange = await admin.page('/teams/similar?name=acme');
    const changing = await host.as(host.readOnly).page(`/accounts/${known}/similar?name=acme`);
    const absent = await admin.page('/accounts/0198c100-0000-7000-8000-000000000000/similar?name=acme');
    const malformed = await admin.page('/accounts/none/similar?name=acme');

    expect([reader.status, nobody.status, strange.status]).to.deep.equal([403, 303, 404]);
    expect([changing.status, absent.status, malformed.status]).to.deep.equal([403, 404, 404]);
  });
});
