import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('pages that merge records', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  const add = async (body: object, path = 'accounts'): Promise<string> =>
    String((await admin.post(`/api/v1/${path}`, body)).body['id']);

  it('offer likely duplicates and any other record from the page of one', async () => {
    const one = await add({ name: 'Duplicate Ltd.' });
    const other = await add({ name: 'Duplicate Inc.' });

    const record = await admin.page(`/accounts/${one}`);
    const choice = await admin.page(`/accounts/merge?ids=${one}`);

    expect(record.text).to.match(new RegExp(`/accounts/merge\\?ids[^"]*${one}"`));
    expect(choice.status).to.equal(200);
    expect(choice.text).to.include(`${one},${other}"`).and.include('Duplicate Inc.');
  });

  it('show what differs side by side, with what belongs to them', async () => {
    const one = await add({ name: 'Left', country: 'Peru', industry: 'Same', roles: ['partner'] });
    const other = await add({ name: 'Right', employees: 7, industry: 'Same' });
    await add({ name: 'Worker', accounts: [{ account: other }] }, 'contacts');

    const { status, text } = await admin.page(`/accounts/merge?ids=${one}&with=${other}`);

    expect(status).to.equal(200);
    expect(text)
      .to.include(`name="field.name" value="${one}" checked`)
      .and.include(`name="field.name" value="${other}"`);
    expect(text).to.include(`name="field.employees" value="${other}" checked`);
    expect(text).not.to.include('field.industry');
    expect(text).not.to.include('field.roles');
    expect(text).to.match(/Contacts<\/dt><dd class="stat-value">1</);
  });

  it('merge as chosen, lead to the record that stays, and take it back', async () => {
    const one = await add({ name: 'First', country: 'Peru' });
    const other = await add({ name: 'Second', country: 'Chile' });

    const merged = await admin.submit('/accounts/merge', {
      ids: `${one},${other}`,
      winner: other,
      'field.country': one,
    });
    const { body } = await admin.get(`/api/v1/accounts/${other}`);
    const [set] = await host.sql(`select id from core.change_sets where kind = 'merge' and input ->> 'winner' = ?`, [
      other,
    ]);
    const undone = await admin.submit(`/accounts/${other}/unmerge/${String(set?.['id'])}`, {});
    await host.settle();
    const back = await admin.get(`/api/v1/accounts/${one}`);

    expect([merged.status, merged.headers.get('location')]).to.deep.equal([303, `/accounts/${other}`]);
    expect(body).to.deep.include({ name: 'Second', country: 'Peru' });
    expect([undone.status, back.status, back.body['name']]).to.deep.equal([303, 200, 'First']);
  });

  it('lead whoever comes too late to the record that stayed, and show again what is wrong', async () => {
    const [one, other] = [await add({ name: 'Late' }), await add({ name: 'Early' })];
    await admin.post('/api/v1/accounts/merge', { winner: other, losers: [one] });

    const late = await admin.submit('/accounts/merge', { ids: `${one},${other}`, winner: one });
    const alone = await admin.submit('/accounts/merge', { ids: other, winner: other });

    expect([late.status, late.headers.get('location')]).to.deep.equal([303, `/accounts/${other}`]);
    expect(alone.status).to.equal(422);
  });

  it('are for those who may change records, and show nobody what they may not see', async () => {
    const one = await add({ name: 'Mine' });
    const nothing = '018f4c1e-0000-7000-8000-000000000000';

    const answers = [
      await host.as(host.readOnly).page(`/accounts/merge?ids=${one}`),
      await host.as(host.user).submit('/accounts/merge', { ids: `${one},${await add({ name: 'Too' })}`, winner: one }),
      await admin.page(`/accounts/merge?ids=${nothing}`),
      await admin.get(`/api/v1/accounts/merge?ids=x`),
      await host.as(host.readOnly).get(`/api/v1/accounts/merge?ids=${one}`),
    ];

    expect(answers.map(({ status }) => status)).to.deep.equal([403, 422, 404, 400, 403]);
  });
});
