import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

describe('words of a file that mean yes or no', function () {
  this.timeout(30_000);
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  it('are known in several languages, and others are told on the page of the columns', async () => {
    const admin = host.as(host.admin);
    const text = 'name,mail,main\nAnn,ann@x.example,是\nBob,bob@x.example,Haupt\n';
    const sent = await admin.post('/api/v1/imports?entity=core.contact&match=none&dryRun=true', text, {
      'Content-Type': 'text/csv',
    });
    const id = String(sent.body['data']?.['id']);
    await host.settle();
    const columns = {
      name: { field: 'name' },
      mail: { field: 'emails.1.email' },
      main: { field: 'emails.1.isPrimary' },
    };
    const plan = { entity: 'core.contact', columns, match: 'none', mode: 'both', blanks: 'keep', source: 'csv' };
    await host.sql(`update core.imports set state = 'draft', plan = ? where id = ?`, [JSON.stringify(plan), id]);
    const shown = await admin.page(`/imports/${id}/columns`);
    const fields = {
      'column.0.field': 'name',
      'column.1.field': 'emails.1.email',
      'column.2.field': 'emails.1.isPrimary',
    };

    await admin.submit(`/imports/${id}/columns`, {
      ...fields,
      'column.2.value.0': 'false',
      match: 'none',
      step: 'check',
    });
    await host.settle();
    await admin.submit(`/imports/${id}/run`, {});
    await host.settle();

    expect(shown.text).to.contain('Haupt').and.contain('name="column.2.value.0"').and.not.contain('是”');
    const rows = await host.sql(
      'select c.name, e.is_primary from core.contacts c join core.contact_emails e on e.contact_id = c.id order by 1',
    );
    expect(rows).to.deep.equal([
      { name: 'Ann', is_primary: true },
      { name: 'Bob', is_primary: false },
    ]);
  });
});
