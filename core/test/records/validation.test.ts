import type { TestClient, TestHost } from '@trellis-crm/sdk/testing';
import { expect } from 'chai';
import { createTestHost } from '../../dist/testing/index.js';
import { canonicalVatNumber, isVatNumber } from '../../dist/records/vat-number.js';

describe('values that are more than texts', () => {
  let host: TestHost;
  let admin: TestClient;

  before(async () => {
    host = await createTestHost();
    admin = host.as(host.admin);
  });

  after(() => host.close());

  const problemOf = async (path: string, body: object) => {
    const { status, body: answer } = await admin.post(`/api/v1/${path}`, { name: 'X', ...body });
    const error = answer['errors']?.[0];
    return [status, error?.['pointer'], error?.['code']];
  };

  it('brings VAT numbers into one shape and checks their digits where they are known', () => {
    const spellings = ['de 999.900.008', 'CHE-999.000.002 MWST', 'NO 974 760 673 MVA', 'XI999000005', 'EL094259216'];
    const wrong = ['DE999900009', 'CHE999000003', 'GB999000006', 'ATU9990000', '999900008', 'D', 'RS12'];

    expect(spellings.map(canonicalVatNumber)).to.deep.equal([
      'DE999900008',
      'CHE999000002',
      'NO974760673',
      'XI999000005',
      'EL094259216',
    ]);
    expect(spellings.map((text) => isVatNumber(canonicalVatNumber(text)))).to.deep.equal([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(wrong.map(isVatNumber)).to.deep.equal(wrong.map(() => false));
    expect(['US123456789', 'AE100200300400003'].map(isVatNumber)).to.deep.equal([true, true]);
  });

  it('keeps the VAT number of an account, finds it and refuses a wrong one', async () => {
    const { body } = await admin.post('/api/v1/accounts', { name: 'Taxed', vatNumber: 'de 999 900 008' });
    const found = await admin.get('/api/v1/accounts/duplicates?vatNumber=DE999900008');

    expect(body['vatNumber']).to.equal('DE999900008');
    expect(found.body['data']?.[0]).to.deep.include({ id: body['id'], score: 0.98, reasons: ['vatNumber'] });
    expect(await problemOf('accounts', { vatNumber: 'DE999900009' })).to.deep.equal([
      422,
      '/vatNumber',
      'invalid_vat_number',
    ]);
    const form = await admin.submit('/accounts/new', { name: 'Wrong', vatNumber: 'DE1' });
    expect(form.status).to.equal(422);
    expect(form.text).to.include('This is no valid VAT number');
  });

  it('refuses e-mail addresses and phone numbers that cannot be any, and keeps what can be dialled', async () => {
    const phone = (text: string) => ({ phones: [{ phone: text }] });

    expect(await problemOf('contacts', { emails: [{ email: 'a@b' }] })).to.deep.equal([
      422,
      '/emails/0/email',
      'wrong_format',
    ]);
    expect(await problemOf('contacts', phone('call the office'))).to.deep.equal([
      422,
      '/phones/0/phone',
      'invalid_phone',
    ]);
    expect(await problemOf('contacts', phone('+49'))).to.deep.equal([422, '/phones/0/phone', 'invalid_phone']);
    const { body } = await admin.post('/api/v1/contacts', { name: 'Dial', ...phone('+49 (30) 90 18 20') });
    const local = await admin.post('/api/v1/contacts', { name: 'Inside', ...phone('ext 4711') });
    expect(body['phones']?.[0]?.['phone']).to.equal('+4930901820');
    expect(local.body['phones']?.[0]?.['phone']).to.equal('ext 4711');
  });
});
