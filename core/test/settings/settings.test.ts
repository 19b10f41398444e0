import { expect } from 'chai';
import type { TestHost } from '@trellis-crm/sdk/testing';
import { createTestHost } from '../../dist/testing/index.js';

describe('workspace settings', () => {
  let host: TestHost;
  before(async () => {
    host = await createTestHost();
  });
  after(() => host.close());

  const read = () => host.as(host.admin).get('/api/v1/settings');
  const patch = (body: object, ifMatch = '*') =>
    host.as(host.admin).patch('/api/v1/settings', body, { 'If-Match': ifMatch });

  it('are known to everybody who is signed in and changed by admins', async () => {
    const reader = await host.as(host.readOnly).get('/api/v1/settings');
    const denied = await host.as(host.manager).patch('/api/v1/settings', { companyName: 'Mine' }, { 'If-Match': '*' });
    const changed = await patch({
      companyName: 'Oak & Sons',
      timeZone: 'Europe/Berlin',
      furtherCurrencies: ['EUR', 'CHF'],
    });

    expect([reader.status, denied.status, changed.status]).to.deep.equal([200, 403, 200]);
    expect(changed.body).to.deep.include({ companyName: 'Oak & Sons', timeZone: 'Europe/Berlin', baseCurrency: 'USD' });
    expect((await host.context('core')).workspace).to.deep.include({ name: 'Oak & Sons', timeZone: 'Europe/Berlin' });
  });

  it('have a version that a change has to know', async () => {
    const tag = (await read()).headers.get('etag') ?? '';
    const first = await patch({ fiscalYearStart: 4 }, tag);

    const blind = await host.as(host.admin).patch('/api/v1/settings', { fiscalYearStart: 7 });
    const late = await patch({ fiscalYearStart: 7 }, tag);

    expect([first.status, blind.status, late.status]).to.deep.equal([200, 428, 412]);
    expect((await read()).body['fiscalYearStart']).to.equal(4);
  });

  const refused: [object, string][] = [
    [{ color: 'red' }, '/color unknown_field'],
    [{ companyName: '' }, '/companyName too_short'],
    [{ baseCurrency: 'XYZ' }, '/baseCurrency unknown_currency'],
    [{ furtherCurrencies: ['EUR', 'QQQ'] }, '/furtherCurrencies/1 unknown_currency'],
    [{ timeZone: 'Mars/Olympus' }, '/timeZone unknown_time_zone'],
    [{ locale: 'no such thing' }, '/locale unknown_locale'],
    [{ fiscalYearStart: 13 }, '/fiscalYearStart too_large'],
    [{ businessHours: [{ day: 'monday', from: '17:00', to: '09:00' }] }, '/businessHours/0/to ends_before_start'],
    [{ holidays: [{ date: '2026-02-30', name: 'Never' }] }, '/holidays/0/date wrong_format'],
    [{ publicUrl: 'javascript:alert(1)' }, '/publicUrl wrong_format'],
  ];
  for (const [body, problem] of refused) {
    it(`refuse ${JSON.stringify(body)} at ${problem}`, async () => {
      const { status, body: answer } = await patch(body);

      const errors = answer['errors'] as unknown as readonly { readonly pointer: string; readonly code: string }[];
      expect(status).to.equal(422);
      expect(errors.map(({ pointer, code }) => `${pointer} ${code}`)).to.include(problem);
    });
  }

  describe('exchange rates', () => {
    const put = (currency: string, day: string, rate: string) =>
      host.as(host.admin).request('PUT', `/api/v1/settings/exchange-rates/${currency}/${day}`, { rate });

    it('are dated, exact, and can be corrected and removed', async () => {
      await put('EUR', '2026-01-01', '1.08');
      await put('EUR', '2026-02-01', '1.1');
      const corrected = await put('EUR', '2026-02-01', '1.123456789012');
      await put('CHF', '2026-01-01', '2');
      const removed = await host.as(host.admin).delete('/api/v1/settings/exchange-rates/CHF/2026-01-01');
      const again = await host.as(host.admin).delete('/api/v1/settings/exchange-rates/CHF/2026-01-01');

      const list = await host.as(host.user).get('/api/v1/settings/exchange-rates');

      expect([corrected.status, removed.status, again.status]).to.deep.equal([200, 204, 404]);
      expect(list.body['data']).to.deep.equal([
        { currency: 'EUR', validFrom: '2026-02-01', rate: '1.123456789012' },
        { currency: 'EUR', validFrom: '2026-01-01', rate: '1.08' },
      ]);
    });

    it('are refused when they are none', async () => {
      const answers = [
        await put('EUR', '2026-01-01', '0'),
        await put('EUR', '2026-01-01', '-1'),
        await put('EUR', '2026-01-01', 'many'),
        await put('QQQ', '2026-01-01', '1'),
        await put('EUR', '2026-02-30', '1'),
      ];

      expect(answers.map(({ status }) => status)).to.deep.equal([422, 422, 422, 422, 404]);
    });
  });
});
