import { buffer } from 'node:stream/consumers';
import { Activity, Contact } from '@trellis-crm/sdk';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { columnsOf, plainLabels } from '../../dist/exports/columns.js';
import { xlsxFile } from '../../dist/exports/xlsx/xlsx-file.js';
import { createTestHost } from '../../dist/testing/index.js';
import { upload } from '../pages/upload.js';
import { entryOf } from './workbook.js';

describe('a list exported for people', () => {
  let host: TestHost;
  before(async () => (host = await createTestHost()));
  after(() => host.close());

  const admin = () => host.as(host.admin);
  const exported = async (path: string) => (await admin().get(`/api/v1/${path}`)).text.trim().split('\r\n');

  it('tells times in the zone of whoever exports, and names it; for programs they are UTC', async () => {
    const records = (await host.context('core', host.admin)).records(Activity);
    await records.create({ kind: 'call', subject: 'Zoned', occurredAt: '2026-07-01T18:30:00.000Z' });
    await records.create({ kind: 'call', subject: 'Zoned', occurredAt: '2026-01-01T18:30:05.000Z' });
    await admin().patch('/api/v1/me/preferences', { timeZone: 'Asia/Shanghai' });
    const path = 'activities/export?filter[subject]=Zoned&sort=-occurredAt&fields=occurredAt';

    const [shown, plain] = [await exported(`${path}&labels=true`), await exported(path)];
    await admin().patch('/api/v1/me/preferences', { timeZone: 'Europe/Berlin' });
    const inBerlin = await exported(`${path}&labels=true`);

    expect(shown[0]).to.match(/ \(Asia\/Shanghai\)$/);
    expect(shown.slice(1)).to.deep.equal(['2026-07-02 02:30', '2026-01-02 02:30:05']);
    expect(inBerlin.slice(1)).to.deep.equal(['2026-07-01 20:30', '2026-01-01 19:30:05']);
    expect(plain).to.deep.equal(['occurredAt', '2026-07-01T18:30:00.000Z', '2026-01-01T18:30:05.000Z']);
  });

  it('has in a workbook the same clock as the page, in cells that spreadsheets take for moments', async () => {
    const field = {
      path: 'at',
      name: 'at',
      plugin: null,
      target: null,
      list: null,
      field: { kind: 'dateTime' },
    } as never;
    const columns = columnsOf([field], { labels: plainLabels, timeZone: 'Asia/Shanghai' });
    const cells = columns.map(({ of }) => of({ at: '2026-03-01T04:00:00.000Z' } as never, new Map()));

    const file = await buffer(xlsxFile(columns, pagesOf([cells]), new Date('2026-03-01T10:00:00Z')));

    // Noon in Shanghai: half a day behind the number of 1 March 2026.
    expect(entryOf(file, 'xl/worksheets/sheet1.xml')).to.contain('<v>46082.5</v>').and.contain('at (Asia/Shanghai)');
  });

  it('names of each entry what mail merge and imports need, the first one first', async () => {
    await (await host.context('core', host.admin)).records(Contact).create({
      name: 'Ann Entry',
      emails: [
        { email: 'ann@home.test', kind: 'private', isPrimary: false },
        { email: 'ann@work.test', kind: 'work', isPrimary: true },
      ],
      phones: [{ phone: '+4930901820', kind: 'mobile' }],
    });
    await admin().post('/api/v1/accounts', {
      name: 'Blob',
      addresses: [{ kind: 'billing', street: 'Main Street 1', city: 'Berlin' }],
      domains: [{ domain: 'a.test' }, { domain: 'b.test' }],
    });

    const people = await exported('contacts/export?filter[name]=Ann%20Entry&fields=emails,phones');
    const accounts = await exported('accounts/export?filter[name]=Blob&fields=domains,addresses&labels=true');

    expect(people[1]).to.equal('ann@work.test; ann@home.test,+4930901820');
    expect(accounts[1]).to.equal('a.test; b.test,"Billing, Main Street 1, Berlin"');
  });

  it('is read by an import as it stands', async () => {
    await (await host.context('core', host.admin)).records(Contact).create({
      name: 'Back Again',
      emails: [{ email: 'one@back.test', kind: 'private' }, { email: 'two@back.test' }],
    });
    const { text } = await admin().get(
      '/api/v1/contacts/export?filter[name]=Back%20Again&fields=name,emails&labels=true',
    );

    const sent = await admin().post(
      '/api/v1/imports?entity=core.contact&match=none',
      text.replaceAll('back.test', 'new.test'),
      {
        'Content-Type': 'text/csv',
      },
    );
    await host.settle();

    const done = await admin().get(sent.headers.get('Location') ?? '');
    expect(done.body['data']?.['totals']).to.include({ created: 1, refused: 0 });
    const { body } = await admin().get('/api/v1/contacts?q=one@new.test');
    const emails = JSON.stringify(body['data']?.[0]?.['emails']);
    expect([...emails.matchAll(/"email":"([^"]+)"/g)].map(([, email]) => email)).to.deep.equal([
      ...['one@new.test', 'two@new.test'],
    ]);
  });

  it('brings the times it tells back through the import wizard, of whoever imports in the same zone', async () => {
    const records = (await host.context('core', host.admin)).records(Activity);
    await records.create({ kind: 'call', subject: 'There', occurredAt: '2026-03-05T22:15:00.000Z' });
    await admin().patch('/api/v1/me/preferences', { timeZone: 'Asia/Shanghai' });
    const fields = 'kind,subject,occurredAt';
    const [header = '', row = ''] = await exported(
      `activities/export?filter[subject]=There&fields=${fields}&labels=true`,
    );

    const columns = (await upload(host, 'core.activity', `${header}\n${row.replace('There', 'And back')}\n`)).headers;
    const page = columns.get('location') ?? '';
    const { text } = await admin().page(page);
    const chosen = Object.fromEntries(fields.split(',').map((field, place) => [`column.${place}.field`, field]));
    await admin().submit(page, { ...chosen, match: 'none', step: 'check' });
    await host.settle();
    await admin().submit(`${page.replace('/columns', '')}/run`, {});
    await host.settle();

    expect(text).to.contain('Times without a zone are those of Asia/Shanghai.');
    expect(text).to.match(/<option value="occurredAt"[^>]*selected/);
    const { body } = await admin().get('/api/v1/activities?filter[subject]=And%20back');
    expect(body['data']?.[0]).to.include({ occurredAt: '2026-03-05T22:15:00.000Z' });
  });

  it('is imported by the API in the zone its mapping names, which has to be one', async () => {
    const send = (timeZone: string) => {
      const columns = { kind: { field: 'kind' }, subject: { field: 'subject' }, at: { field: 'occurredAt' } };
      const plan = { entity: 'core.activity', columns, match: 'none', timeZone };
      return admin().post('/api/v1/import-mappings', { name: `Calls of ${timeZone}`, plan });
    };

    const kept = await send('Europe/Berlin');
    const unknown = await send('Nowhere/Land');
    const path = `/api/v1/imports?entity=core.activity&mappingId=${String(kept.body['data']?.['id'])}`;
    const text = 'kind,subject,at\ncall,By mapping,2026-07-01 14:00\n';
    const sent = await admin().post(path, text, { 'Content-Type': 'text/csv' });
    await host.settle();

    expect([kept.status, unknown.status, sent.status]).to.deep.equal([201, 422, 202]);
    expect(unknown.body['errors']?.[0]).to.include({ code: 'unknown_time_zone' });
    const { body } = await admin().get('/api/v1/activities?filter[subject]=By%20mapping');
    expect(body['data']?.[0]).to.include({ occurredAt: '2026-07-01T12:00:00.000Z' });
  });
});

async function* pagesOf(rows: readonly (readonly string[])[]): AsyncGenerator<readonly (readonly string[])[]> {
  yield await Promise.resolve(rows);
}
