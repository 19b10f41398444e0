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

  it('is for those who may add records', async () => {
    const reader = await host.as(host.readOnly).page('/accounts/similar?name=acme');
    const nobody = await host.as().page('/accounts/similar?name=acme');
    const strange = await admin.page('/teams/similar?name=acme');

    expect([reader.status, nobody.status, strange.status]).to.deep.equal([403, 303, 404]);
  });
});
