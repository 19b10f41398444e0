import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('the page of likely duplicates', () => {
  let host: TestHost;
  let admin: TestClient;
  let ids: readonly [string, string];

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
    const add = async (name: string): Promise<string> =>
      String((await admin.post('/api/v1/accounts', { name, website: 'https://same.example' })).body['id']);
    const [one, other] = [await add('Same Works GmbH'), await add('Same Works AG')];
    ids = one < other ? [one, other] : [other, one];
  });

  after(() => host.close());

  it('looks through the base when an administrator asks, and leads to merging', async () => {
    const before = await admin.page('/accounts/duplicates');
    const searched = await admin.submit('/accounts/duplicates/search', {});
    await host.settle();
    const { status, text } = await admin.page('/accounts/duplicates');

    expect([before.status, searched.status, status]).to.deep.equal([200, 303, 200]);
    expect(before.text).to.include('Nothing to review');
    expect(text)
      .to.include('Same Works GmbH')
      .and.include('Same Works AG')
      .and.include(`${ids.join(',')}"`);
    expect(text).to.match(/\/accounts\/merge\?ids/);
  });

  it('takes what people decide, and shows it again where they look for it', async () => {
    const taken = await admin.submit('/accounts/duplicates', { ids: ids.join(), state: 'dismissed' });
    const open = await admin.page('/accounts/duplicates');
    const dismissed = await admin.page('/accounts/duplicates?state=dismissed');

    expect([taken.status, taken.headers.get('location')]).to.deep.equal([303, '/accounts/duplicates']);
    expect(open.text).not.to.include('Same Works');
    expect(dismissed.text).to.include('Same Works GmbH').and.include('Review again');
  });

  it('is found from the list, by those who may change records', async () => {
    const list = await admin.page('/accounts');
    const answers = [
      await host.as(host.readOnly).page('/accounts/duplicates'),
      await host.as(host.manager).submit('/accounts/duplicates/search', {}),
      await admin.submit('/accounts/duplicates', { ids: ids.join(), state: 'odd' }),
      await admin.submit('/accounts/duplicates', { ids: 'x,y', state: 'later' }),
      await host.as().page('/accounts/duplicates'),
    ];
    const readers = await host.as(host.readOnly).page('/accounts');

    expect(list.text).to.include('/accounts/duplicates');
    expect(readers.text).not.to.include('/accounts/duplicates');
    expect(answers.map(({ status }) => status)).to.deep.equal([403, 403, 404, 404, 303]);
  });
});
