import { expect } from 'chai';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe("what was left out is told in the reader's language", () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const speak = (locale: string) => admin().patch('/api/v1/me/preferences', { locale });

  it('by an undo: on the page and in the file of the page; the file of the API stays as it is', async () => {
    const { body } = await admin().post('/api/v1/accounts', { name: 'Kept', industry: 'Before' });
    const id = String(body['id']);
    const set = { industry: 'After' };
    const begun = await admin().post('/api/v1/accounts/bulk', { action: 'update', ids: [id], set });
    await host.settle();
    await admin().patch(`/api/v1/accounts/${id}`, { industry: 'By somebody' }, { 'If-Match': '*' });
    const undo = await admin().post(`/api/v1/change-sets/${String(begun.body['data']?.['id'])}/undo`);
    await host.settle();
    const path = `/change-sets/${String(undo.body['data']?.['id'])}`;

    await speak('zh-CN');
    const [page, file] = [await admin().page(path), await admin().get(`/api/v1${path}/skipped.csv?labels=true`)];
    await speak('en');
    const plain = await admin().get(`/api/v1${path}/skipped.csv`);

    expect(page.text).to.contain('行业: 之后有人修改过').and.contain('skipped.csv?labels');
    expect(file.text)
      .to.contain('类型,记录,字段,代码,原因')
      .and.contain(`客户,${id},行业,changed_since,之后有人修改过`);
    expect(plain.text).to.contain(`core.account,${id},industry,changed_since,Somebody has changed it since.`);
  });

  it('by an import: in the file of rows to be corrected', async () => {
    const text = 'name,employees\nBeta,many\n';
    const sent = await admin().post('/api/v1/imports?entity=core.account', text, { 'Content-Type': 'text/csv' });
    await host.settle();
    const path = `${sent.headers.get('Location') ?? ''}/refused.csv`;

    await speak('zh-CN');
    const file = await admin().get(`${path}?labels=true`);
    await speak('en');
    const plain = await admin().get(path);

    expect(sent.status).to.equal(202);
    expect(file.text).to.contain('name,employees,原因').and.contain('Beta,many,employees: 不是整数');
    expect(plain.text).to.contain('name,employees,reason').and.contain('is not a whole number');
    expect((await admin().get(`${path}?labels=maybe`)).status).to.equal(400);
  });
});
