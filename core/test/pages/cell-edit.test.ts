import { expect } from 'chai';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('a cell of a list that is changed in place', function () {
  this.timeout(30_000);
  let host: TestHost;
  let path: string;
  before(async () => {
    host = await createTestHost();
    const { body } = await host
      .as(host.admin)
      .post('/api/v1/accounts', { name: 'Acme', country: 'Peru', employees: 5 });
    path = `/accounts/${String(body['id'])}/fields`;
  });
  after(() => host.close());

  const part = { 'HX-Request': 'true', 'HX-Request-Type': 'partial' };
  const edit = (field: string, list = '') => host.as(host.admin).page(`${path}/${field}?list=${list}`, part);
  const save = (field: string, value: string, version: number, list = '') =>
    host.as(host.admin).submit(`${path}/${field}?list=${list}`, { [field]: value, _version: String(version) }, part);

  it('is a row with a form in place of the value, and the row again when it is given up', async () => {
    const [editing, shown] = [await edit('country'), await edit('country', '&show=1')];

    expect(editing.text).to.match(/^\s*<tr role="row" id="row-/);
    expect(editing.text).to.contain('value="Peru"').and.contain('name="_version" value="1"').and.contain('>Acme<');
    expect(shown.text).to.contain('data-edit="country"').and.not.contain('<form');
  });

  it('has the columns of the list that asked', async () => {
    const { text } = await edit('country', 'name,country');

    expect(text).to.contain('name,country"').and.not.contain('data-edit="employees"');
    expect(text.split('<td role="cell"')).to.have.length(3);
  });

  it('is saved and shown in its row', async () => {
    const { status, text } = await save('employees', '7', 1);

    expect(status).to.equal(200);
    expect(text).to.contain('>7<').and.not.contain('<form');
  });

  it('is shown again with what is wrong, and with what somebody else did first', async () => {
    const [wrong, stale] = [await save('employees', 'many', 2), await save('employees', '8', 1)];

    expect([wrong.status, stale.status]).to.deep.equal([422, 422]);
    expect(wrong.text).to.contain('value="many"').and.contain('Enter a whole number');
    expect(stale.text).to.contain('Somebody else changed this').and.contain('name="_version" value="2"');
  });

  it('is offered to those who may change it only', async () => {
    const list = await host.as(host.readOnly).page('/accounts');
    const denied = await host.as(host.readOnly).page(`${path}/country?list=`, part);
    const readOnly = await edit('updatedAt');

    expect(list.text).to.contain('>Acme<').and.not.contain('data-edit');
    expect([denied.status, readOnly.status]).to.deep.equal([403, 404]);
  });
});
