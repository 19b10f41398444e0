import { parse } from 'csv-parse/sync';
import { expect } from 'chai';
import { csvLine, csvLines } from '../../dist/imports/csv/write-csv.js';

describe('csvLine', () => {
  const cells: [string, string, string][] = [
    ['a plain text', 'Ada Lovelace', 'Ada Lovelace'],
    ['nothing', '', ''],
    ['the delimiter', 'a,b', '"a,b"'],
    ['another delimiter', 'a;b|c\td', 'a;b|c\td'],
    ['a quote', 'the "old" one', '"the ""old"" one"'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['half a line break', 'a\rb', '"a\rb"'],
    ['blanks around', ' a ', ' a '],
    ['a formula', '=1+1', "'=1+1"],
    ['a formula with a delimiter', '@sum(a,b)', `"'@sum(a,b)"`],
    ['a tab in front', '\tcmd', "'\tcmd"],
    ['a negative number', '-1,234.50', '"-1,234.50"'],
    ['a phone number', '+4930123', '+4930123'],
    ['another script', '客户', '客户'],
  ];
  for (const [what, cell, written] of cells)
    it(`writes ${what}`, () => {
      expect(csvLine([cell, 'x'])).to.equal(`${written},x\r\n`);
    });

  it('quotes for the delimiter that is asked for', () => {
    const row = ['a,b', 'a;b', 'a\tb', 'a|b'];

    expect(csvLine(row, ';')).to.equal('a,b;"a;b";a\tb;a|b\r\n');
    expect(csvLine(row, '\t')).to.equal('a,b\ta;b\t"a\tb"\ta|b\r\n');
    expect(csvLine(row, '|')).to.equal('a,b|a;b|a\tb|"a|b"\r\n');
  });

  it('is read back as it was written', () => {
    const odd = ['', 'a', '"', '""', ',', '\r', '\n', '\r\n', ' ', "'", '中', '😀'];
    const rows = odd.flatMap((one) => odd.map((other) => [`x${one}${other}`, `y${other}`, 'z']));

    expect(parse(csvLines(rows), { record_delimiter: '\r\n' })).to.deep.equal(rows);
  });
});
