import { isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { decodeText } from '../../dist/imports/csv/decode-text.js';
import type { CsvRow } from '../../dist/imports/csv/csv-row.js';
import { detectDelimiter } from '../../dist/imports/csv/delimiter.js';
import { readHeader } from '../../dist/imports/csv/header.js';
import { readRows } from '../../dist/imports/csv/read-rows.js';
import { csvLine } from '../../dist/imports/csv/write-csv.js';

describe('decodeText', () => {
  it('drops the byte order mark of UTF-8', () => {
    expect(decodeText(Buffer.from('\uFEFFname\nÉva', 'utf8')).text.toString()).to.equal('name\nÉva');
  });

  it('reads UTF-16 by its byte order mark', () => {
    const decoded = decodeText(Buffer.from('\uFEFFname\nÉva', 'utf16le'));

    expect(decoded.encoding).to.equal('utf-16le');
    expect(decoded.text.toString()).to.equal('name\nÉva');
  });

  it('names the line and the encodings that fit when the file is not UTF-8', () => {
    const error = errorOf(() => decodeText(Buffer.from('name\nJos\xe9, Madrid\n', 'latin1')));

    expect(error).to.include({ code: 'unknown_encoding' });
    expect(error.message).to.contain('"windows-1252"');
    expect(error.details).to.deep.equal({ line: 2 });
  });

  it('reads the encoding that is named', () => {
    expect(decodeText(Buffer.from('name\nJos\xe9\n', 'latin1'), 'windows-1252').text.toString()).to.equal(
      'name\nJosé\n',
    );
  });

  const refused: [string, Buffer, string | undefined, string][] = [
    ['an empty file', Buffer.alloc(0), undefined, 'empty_file'],
    ['a file of blank lines', Buffer.from(' \r\n\n'), undefined, 'empty_file'],
    ['a file with a NUL byte', Buffer.from('name\nA\0B\n'), undefined, 'contains_nul'],
    ['an encoding nobody knows', Buffer.from('name\n'), 'klingon-8', 'unknown_encoding'],
    ['a file that is not in the encoding named', Buffer.from([0xff, 0xff, 0x20]), 'gb18030', 'unknown_encoding'],
  ];
  for (const [what, bytes, encoding, code] of refused) {
    it(`refuses ${what}`, () => {
      expect(errorOf(() => decodeText(bytes, encoding))).to.include({ code, status: 422 });
    });
  }
});

describe('readHeader', () => {
  it('finds the delimiter', () => {
    expect(detectDelimiter(Buffer.from('a;b;c\n1,5;2;3\n'))).to.equal(';');
    expect(detectDelimiter(Buffer.from('a\tb\n1\t2\n'))).to.equal('\t');
    expect(detectDelimiter(Buffer.from('name\nAcme\n'))).to.equal(',');
  });

  it('says which delimiter fits when another was named', () => {
    const error = errorOf(() => readHeader(Buffer.from('account;sector\nAcme;x\n'), ','));

    expect(error).to.include({ code: 'wrong_delimiter' });
    expect(error.message).to.contain('";" gives 2');
  });

  it('names a column that stands twice', () => {
    const error = errorOf(() => readHeader(Buffer.from('name,sector,Name\n')));

    expect(error).to.include({ code: 'duplicate_header' });
    expect(error.details).to.deep.equal({ line: 1, column: 'Name' });
  });

  it('refuses 2,000 columns and a quote that stays open', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `column ${index}`).join(',');

    expect(errorOf(() => readHeader(Buffer.from(`${names}\n`)))).to.include({ code: 'too_many_columns' });
    expect(errorOf(() => readHeader(Buffer.from('"name,sector\n1,2\n')))).to.include({ code: 'broken_header' });
  });
});

describe('readRows', () => {
  it('reads the same rows whatever the size of the pieces', async () => {
    const text = 'a,b\r\n1,"x\r\ny, ""z"""\r\n\r\n2,é\r\n"3",4';
    const expected = [
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'x\r\ny, "z"'] },
      { line: 5, cells: ['2', 'é'] },
      { line: 6, cells: ['3', '4'] },
    ];

    for (const size of [1, 2, 3, 7, 100]) expect(await rowsOf(text, size)).to.deep.equal(expected);
  });

  it('costs one row when a quote is never closed', async () => {
    const rows = await rowsOf('a,b\n1,2\n"3,4\n5,6\n7,8\n');

    expect(rows.map(({ line, broken }) => [line, broken?.code])).to.deep.equal([
      [1, undefined],
      [2, undefined],
      [3, 'broken_quote'],
      [4, undefined],
      [5, undefined],
    ]);
  });

  it('costs one row when a stray quote pairs with a later one', async () => {
    const rows = await rowsOf('a,b\n"1,2\n3,4\n5,"6"\n7,8\n');

    expect(rows.map(({ cells, broken }) => broken?.code ?? cells[0])).to.deep.equal([
      'a',
      'broken_quote',
      '3',
      '5',
      '7',
    ]);
  });

  it('names rows with too few and too many cells', async () => {
    const rows = await rowsOf('a,b\n1\n1,2,3\n4,5\n');

    expect(rows.map(({ broken }) => broken?.code)).to.deep.equal([
      undefined,
      'too_few_cells',
      'too_many_cells',
      undefined,
    ]);
  });

  it('reads files of old Macs', async () => {
    expect((await rowsOf('a,b\r1,2\r3,4\r', 4)).map(({ line, cells }) => [line, ...cells])).to.deep.equal([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [3, '3', '4'],
    ]);
  });
});

describe('csvLine', () => {
  it('defuses formulas and leaves numbers alone', () => {
    expect(csvLine(['=HYPERLINK("x")', '+1', '-12.50', '@a', '-cmd', 'a,b'])).to.equal(
      `"'=HYPERLINK(""x"")",+1,-12.50,'@a,'-cmd,"a,b"\r\n`,
    );
  });
});

async function rowsOf(text: string, size = 1000): Promise<CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const part of readRows(pieces(Buffer.from(text), size), { delimiter: ',', columns: 2 }))
    rows.push(...part);
  return rows;
}

function* pieces(text: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}

function errorOf(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (isTrellisError(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
