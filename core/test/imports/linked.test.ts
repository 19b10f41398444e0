import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';

const csv = { 'Content-Type': 'text/csv' };

describe('activities that are imported', function () {
  this.timeout(30_000);
  let host: TestHost;
  let acme: string;
  let ann: string;
  before(async () => {
    host = await createTestHost();
    const made = async (path: string, body: object): Promise<string> =>
      String((await admin().post(`/api/v1/${path}`, body)).body['id']);
    acme = await made('accounts', { name: 'Acme' });
    ann = await made('contacts', { name: 'Ann', emails: [{ email: 'ann@acme.example' }] });
    await host.sql(
      `insert into core.external_ids (source, entity, external_id, record_id) values ('old', 'core.account', 'C-7', ?)`,
      [acme],
    );
  });
  after(() => host.close());

  const admin = () => host.as(host.admin);
  async function run(text: string, query: string): Promise<Readonly<Record<string, unknown>>> {
    const { status, headers, body } = await admin().post(`/api/v1/imports?entity=core.activity&${query}`, text, csv);
    expect(status, JSON.stringify(body)).to.equal(202);
    await host.settle();
    return (await admin().get(headers.get('Location') ?? '')).body['data'] ?? {};
  }
  const activity = async (subject: string): Promise<Readonly<Record<string, unknown>>> => {
    const { body } = await admin().get(`/api/v1/activities?filter[subject]=${encodeURIComponent(subject)}`);
    return (body['data'] as unknown as Readonly<Record<string, unknown>>[])[0] ?? {};
  };

  it('are linked by the names of their customers, in columns of well-known names', async () => {
    const text =
      'kind,subject,Account,Contact person\ncall,Known,Acme,Ann\ncall,Unknown,Nobody,Ann\ncall,Nothing,,\ncall,Nothing,,\n';

    const dry = await run(text, 'match=none&dryRun=true');
    const { totals, problems } = await run(text, '');

    expect(dry['totals']).to.deep.equal(totals);
    expect(totals).to.include({ created: 3, refused: 1 });
    expect(problems).to.deep.include({
      ...{ line: 3, column: 'Account', kind: 'error', code: 'unknown_reference' },
      message: 'There is no account "Nobody".',
    });
    expect(await activity('Known')).to.deep.include({
      links: [{ entity: 'core.account', id: acme }],
      participants: [{ entity: 'core.contact', id: ann }],
    });
    expect((await activity('Nothing'))['links']).to.deep.equal([]);
  });

  it('are linked by keys, and keep the links that lead somewhere', async () => {
    const entries = [
      { 'core.account': { column: 'customer', ref: 'externalId' } },
      { 'core.contact': { column: 'mail', ref: 'emails.email', missing: 'notice' } },
    ];
    const fields = { kind: 'kind', subject: 'subject', links: { entries } };
    const records = [{ entity: 'core.activity', match: { externalId: 'no' }, fields }];
    const mapping = encodeURIComponent(JSON.stringify({ source: 'old', records }));
    const text = 'no,kind,subject,customer,mail\n1,note,Both,C-7,ANN@acme.example\n2,note,One,C-7,gone@acme.example\n';

    const first = await run(text, `mapping=${mapping}`);
    const again = await run(text, `mapping=${mapping}`);

    expect(first['totals']).to.include({ created: 2, refused: 0, notices: 1 });
    expect(again['totals']).to.include({ created: 0, changed: 0, unchanged: 2 });
    expect((await activity('Both'))['links']).to.deep.equal([
      { entity: 'core.account', id: acme },
      { entity: 'core.contact', id: ann },
    ]);
    expect((await activity('One'))['links']).to.deep.equal([{ entity: 'core.account', id: acme }]);
  });

  it('are refused with a pointer where links cannot lead', async () => {
    const fields = { kind: 'kind', subject: 'subject', participants: { entries: [{ 'core.account': 'customer' }] } };
    const mapping = { source: 'old', records: [{ entity: 'core.activity', fields }] };
    const query = `mapping=${encodeURIComponent(JSON.stringify(mapping))}`;

    const { status, body } = await admin().post(`/api/v1/imports?${query}`, 'kind,subject,customer\nnote,A,B\n', csv);

    expect([status, body['code']]).to.deep.equal([422, 'invalid_mapping']);
    expect(body['errors']?.[0]?.['pointer']).to.contain('/fields/participants/entries/0/core.account');
  });

  it('are linked by columns that somebody chooses, and to new customers where that is wanted', async () => {
    const record = await drafted('what,who,about\nmeeting,Newcomer,First\n');
    const choose = (more: object) =>
      admin().submit(`${record}/columns`, {
        ...{ 'column.0.field': 'kind', 'column.1.field': 'links.core.account', 'column.2.field': 'subject' },
        ...{ match: 'none', mode: 'both', blanks: 'keep', ...more },
      });
    await choose({});
    const { text } = await admin().page(`${record}/columns`);
    await choose({ 'column.1.missing': 'create', step: 'check' });
    await host.settle();
    await admin().submit(`${record}/run`, {});
    await host.settle();

    expect(text).to.contain('value="links.core.account" selected').and.contain('name="column.1.missing"');
    const [made] = await host.sql(`select id from core.accounts where name = 'Newcomer'`);
    expect((await activity('First'))['links']).to.deep.equal([{ entity: 'core.account', id: made?.['id'] }]);
  });

  /** A file of which somebody is to say what its columns are. @returns the address of the import */
  async function drafted(file: string): Promise<string> {
    const map = encodeURIComponent(JSON.stringify({ what: 'kind', about: 'subject' }));
    const { id } = await run(file, `map=${map}&match=none&dryRun=true`);
    const plan = { entity: 'core.activity', columns: {}, match: 'none', mode: 'both', blanks: 'keep', source: 'csv' };
    await host.sql(`update core.imports set state = 'draft', plan = ? where id = ?`, [JSON.stringify(plan), id]);
    return `/imports/${String(id)}`;
  }
});
