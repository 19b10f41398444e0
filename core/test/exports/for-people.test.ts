import { buffer } from 'node:stream/consumers';
import { Activity, Contact } from '@trellis-crm/sdk';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { columnsOf, plainLabels } from '../../dist/exports/columns.js';
import { xlsxFile } from '../../dist/exports/xlsx/xlsx-file.js';
import { createTestHost } from '../../dist/testing/index.js';
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
});

async function* pagesOf(rows: readonly (readonly string[])[]): AsyncGenerator<readonly (readonly string[])[]> {
  yield await Promise.resolve(rows);
}
