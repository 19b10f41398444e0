import { Contact } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { fileOfBytes } from '../../dist/imports/files/import-file.js';
import { openTable } from '../../dist/imports/files/open-table.js';
import { openImportHost, type ImportHost } from './import-host.js';

const three = `BEGIN:VCARD
VERSION:3.0
N:Roe;Jane;;Dr.;
FN:Dr. Jane Roe
ORG:Acme\\, Inc.;Sales
TITLE:CFO
EMAIL;TYPE=INTERNET,HOME:jane@home.example
item1.EMAIL;TYPE=work,pref:JANE@acme.example
TEL;TYPE=CELL:+49 171 1234567
TEL;TYPE=work,fax:+49 30 1234567
ADR;TYPE=work:;;Main St. 1;Berlin;;10115;Germany
PHOTO;ENCODING=b;TYPE=JPEG:AAAABBBB
 CCCCDDDD
BDAY:19850412
NOTE:Two\\nlines and a long line that is
  folded
UID:urn:uuid:1234
END:VCARD
`;
const four = `begin:vcard\r\nVERSION:4.0\r\nFN:张伟\r\nEMAIL;PREF=1:wei@x.example\r\nTEL;VALUE=uri;TYPE="voice,cell":tel:+8613800138000\r\nEND:VCARD\r\n`;
const two = `BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BC=\nrgen\nTEL;CELL;PREF:0171\nTEL;WORK:030\nEND:VCARD\n`;

describe('cards', () => {
  it('of all versions become a table: names, organisation, addresses, kinds; pictures are left out', async () => {
    const rows = await rowsOf(three + four + two);

    expect(rows[0]).to.include({
      name: 'Dr. Jane Roe',
      'job title': 'CFO',
      organisation: 'Acme, Inc.',
      'email 1': 'JANE@acme.example',
      'email 1 kind': 'work',
      'email 2': 'jane@home.example',
      'email 2 kind': 'private',
      'phone 1 kind': 'mobile',
      'phone 2 kind': 'fax',
      'address 1 street': 'Main St. 1',
      'address 1 postal code': '10115',
      birthday: '1985-04-12',
      description: 'Two\u2028lines and a long line that is folded',
      uid: '1234',
    });
    expect(rows[1]).to.include({
      name: '张伟',
      'email 1': 'wei@x.example',
      'phone 1': '+8613800138000',
      'phone 1 kind': 'mobile',
    });
    expect(rows[2]).to.include({
      name: 'Jürgen Müller',
      'phone 1': '0171',
      'phone 1 kind': 'mobile',
      'phone 2 kind': 'work',
    });
  });

  it('that are not complete are refused', async () => {
    const error = await openTable(fileOfBytes('x.vcf', Buffer.from('BEGIN:VCARD\nFN:X\n'))).catch(
      (one: unknown) => one,
    );

    expect(error).to.include({ code: 'not_a_card', status: 422 });
  });

  describe('imported', () => {
    let world: ImportHost;
    before(async () => (world = await openImportHost()));
    after(() => world.close());

    it('become contacts with several addresses and phones of a kind each, and change nothing the second time', async () => {
      const request = { entity: 'core.contact', map: { organisation: '' } };

      const record = await world.import(three + four, request);
      const again = await world.import(three + four, request);

      expect(record).to.include({ format: 'vcard', rowCount: 2 });
      expect(record.totals).to.deep.include({ created: 2, refused: 0 });
      expect(again.totals).to.deep.include({ created: 0, changed: 0, unchanged: 2 });
      const jane = await world.host.query(Contact).where({ name: 'Dr. Jane Roe' }).first();
      expect(jane?.emails.map(({ email, kind }) => [email, kind])).to.deep.equal([
        ['jane@acme.example', 'work'],
        ['jane@home.example', 'private'],
      ]);
      expect(jane?.phones.map(({ kind }) => kind)).to.deep.equal(['mobile', 'fax']);
    });
  });
});

async function rowsOf(text: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const { header, text: read } = await openTable(fileOfBytes('x.vcf', Buffer.from(text)));
  const pieces: Buffer[] = [];
  for await (const piece of read()) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString().trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    return Object.fromEntries(header.map((name, place) => [name, cells[place] ?? '']));
  });
}
