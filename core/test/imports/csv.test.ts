import { isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import type { CsvRow } from '../../dist/imports/csv/csv-row.js';
import { detectDelimiter } from '../../dist/imports/csv/delimiter.js';
import { readHeader } from '../../dist/imports/csv/header.js';
import { readRows } from '../../dist/imports/csv/read-rows.js';
import { csvLine } from '../../dist/imports/csv/write-csv.js';

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

  it('refuses a line of 100 MB after a few of them, and holds no more', async () => {
    const state = { read: 0 };
    const piece = Buffer.alloc(256 * 1024, 'a');
    const endless = function* (): Generator<Buffer> {
      for (; state.read < 100 * 1024 * 1024; state.read += piece.length) yield piece;
    };

    const error = await readAll(endless()).catch((refusal: unknown) => refusal);

    expect(error).to.include({ code: 'line_too_long', status: 422 });
    expect(state.read).to.be.at.most(5 * 1024 * 1024);
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

async function readAll(text: Iterable<Buffer>): Promise<void> {
  for await (const _ of readRows(text, { delimiter: ',', columns: 2 })) continue;
}

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
