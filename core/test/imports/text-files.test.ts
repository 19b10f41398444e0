import { isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { decodeText } from '../../dist/imports/files/decode-text.js';
import { detectEncoding } from '../../dist/imports/files/detect-encoding.js';
import { fileOfBytes } from '../../dist/imports/files/import-file.js';
import { openTable } from '../../dist/imports/files/open-table.js';

/** Bytes as those systems write them, by hand: nothing here encodes GB18030 or Windows-1252. */
const chinese = 'd0d5c3fb2cb9abcbbe0ad5c5ceb02cb1b1beabbfc6bcbc0a';
const german = '4e616d652c4669726d610a4afc7267656e204dfc6c6c65722c4772f6dfe520476d62480a';

describe('detectEncoding', () => {
  const files: [string, Buffer, string, string][] = [
    ['UTF-8', Buffer.from('name\nÉva 张伟\n'), 'utf-8', 'name\nÉva 张伟\n'],
    ['UTF-8 with a byte order mark', Buffer.from('\uFEFFname\nÉva\n'), 'utf-8', 'name\nÉva\n'],
    ['ASCII', Buffer.from('name\nEve\n'), 'utf-8', 'name\nEve\n'],
    ['UTF-16 LE with a mark', Buffer.from('\uFEFFname\nÉva\n', 'utf16le'), 'utf-16le', 'name\nÉva\n'],
    ['UTF-16 LE without one', Buffer.from('姓名,公司\n张伟,北京\n', 'utf16le'), 'utf-16le', '姓名,公司\n张伟,北京\n'],
    ['UTF-16 BE with a mark', Buffer.from('\uFEFFname\nÉva\n', 'utf16le').swap16(), 'utf-16be', 'name\nÉva\n'],
    ['UTF-16 BE without one', Buffer.from('name\nÉva\n', 'utf16le').swap16(), 'utf-16be', 'name\nÉva\n'],
    ['GB18030', Buffer.from(chinese, 'hex'), 'gb18030', '姓名,公司\n张伟,北精科技\n'],
    ['Windows-1252', Buffer.from(german, 'hex'), 'windows-1252', 'Name,Firma\nJürgen Müller,Größå GmbH\n'],
    [
      'one accent in Windows-1252',
      Buffer.from('name\nJos\xe9, Madrid\n', 'latin1'),
      'windows-1252',
      'name\nJosé, Madrid\n',
    ],
  ];
  for (const [what, bytes, encoding, text] of files) {
    it(`finds ${what}`, async () => {
      const file = fileOfBytes('x.csv', bytes);

      expect(await detectEncoding(file)).to.equal(encoding);
      expect(await textOf(file, encoding)).to.equal(text);
    });
  }

  it('finds a character of four bytes of GB18030', async () => {
    const bytes = Buffer.concat([Buffer.from(chinese, 'hex'), Buffer.from('8139ef30', 'hex'), Buffer.from('2c0a')]);

    expect(await detectEncoding(fileOfBytes('x.csv', bytes))).to.equal('gb18030');
  });

  it('does not take UTF-8 with a damaged byte for another encoding, but names the line', async () => {
    const bytes = Buffer.concat([Buffer.from('name\nÉva\nJürgen Größe\n'), Buffer.from([0xff]), Buffer.from('é\n')]);

    const error = await openTable(fileOfBytes('x.csv', bytes)).catch((refusal: unknown) => refusal);

    expect(error).to.include({ code: 'not_in_encoding' });
    expect(isTrellisError(error) && error.details).to.include({ encoding: 'utf-8' });
  });
});

describe('openTable', () => {
  it('reads the encoding that is named instead of the one found', async () => {
    const table = await openTable(fileOfBytes('x.csv', Buffer.from(german, 'hex')), { encoding: 'windows-1252' });

    expect([table.encoding, table.header]).to.deep.equal(['windows-1252', ['Name', 'Firma']]);
  });

  const refused: [string, Buffer, string | undefined, string][] = [
    ['an empty file', Buffer.alloc(0), undefined, 'empty_file'],
    ['a file of blank lines', Buffer.from(' \r\n\n'), undefined, 'empty_file'],
    ['a file with a NUL byte', Buffer.from('name\nA\0B\n'), undefined, 'contains_nul'],
    ['an encoding nobody knows', Buffer.from('name\n'), 'klingon-8', 'unknown_encoding'],
    ['a file that is not in the encoding named', Buffer.from([0xff, 0xff, 0x20]), 'gb18030', 'not_in_encoding'],
    ['a program that is called .csv', Buffer.from('4d5a90000300000004000000ffff0000', 'hex'), undefined, 'not_text'],
    ['a picture that is called .csv', Buffer.from('89504e470d0a1a0a', 'hex'), undefined, 'not_text'],
    ['a spreadsheet of the old form', Buffer.from('d0cf11e0a1b11ae1', 'hex'), undefined, 'old_spreadsheet'],
    ['control characters', Buffer.from('name\nA\x07B\n'), undefined, 'not_text'],
    ['an archive that is cut off', Buffer.from('504b030414000000', 'hex'), undefined, 'not_a_spreadsheet'],
  ];
  for (const [what, bytes, encoding, code] of refused) {
    it(`refuses ${what}`, async () => {
      const options = encoding === undefined ? {} : { encoding };

      const error = await openTable(fileOfBytes('x.csv', bytes), options).catch((refusal: unknown) => refusal);

      expect(error).to.include({ code, status: 422 });
    });
  }
});

async function textOf(file: Parameters<typeof decodeText>[0], encoding: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of decodeText(file, encoding)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
