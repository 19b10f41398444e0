import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import type { Column } from '../../dist/exports/columns.js';
import { csvFile } from '../../dist/exports/csv-file.js';
import { xlsxFile } from '../../dist/exports/xlsx/xlsx-file.js';
import { entryOf } from './workbook.js';

const at = new Date('2026-03-01T10:00:00Z');

describe('an exported workbook', () => {
  const column = (header: string, kind: Column['kind']): Column => ({ header, kind, of: () => '' });
  const columns = [column('Name', 'text'), column('Count', 'number'), column('Day', 'date'), column('At', 'dateTime')];

  async function sheetOf(...pages: readonly (readonly (readonly string[])[])[]): Promise<string> {
    const file = await buffer(xlsxFile(columns, pagesOf(pages), at));
    return entryOf(file, 'xl/worksheets/sheet1.xml');
  }

  it('has numbers as numbers, days as days and everything else as text', async () => {
    const sheet = await sheetOf(
      [['=1+1 & <b>', '12.50', '2026-03-01', '2026-03-01T12:00:00.000Z']],
      [['\u0000x\ud800', '', 'not a day', '1850-01-01T00:00:00.000Z']],
      [['12', '12345678901234567890', '', '']],
    );

    const rows = [...sheet.matchAll(/<row>(.*?)<\/row>/gs)].map(([, cells]) => cells);
    expect(rows.length).to.equal(4);
    const text = (value: string): string => `<c t="inlineStr"><is><t xml:space="preserve">${value}</t></is></c>`;
    expect(rows[0]).to.equal(['Name', 'Count', 'Day', 'At'].map(text).join(''));
    expect(rows[1]).to.equal(
      `${text('=1+1 &amp; &lt;b&gt;')}<c><v>12.50</v></c><c s="1"><v>46082</v></c><c s="2"><v>46082.5</v></c>`,
    );
    expect(rows[2]).to.equal(`${text('x\ufffd')}<c/>${text('not a day')}${text('1850-01-01T00:00:00.000Z')}`);
    expect(rows[3]).to.equal(`${text('12')}${text('12345678901234567890')}<c/><c/>`);
    expect(sheet).to.not.contain('<f>');
  });

  it('cuts a text to what a cell can hold', async () => {
    const sheet = await sheetOf([['x'.repeat(40_000), '', '', '']]);

    expect(/>(x+)</.exec(sheet)?.[1]?.length).to.equal(32_767);
  });

  it('breaks when a page cannot be read, instead of ending as if it were whole', async () => {
    async function* broken(): AsyncGenerator<readonly (readonly string[])[]> {
      yield [['fine', '', '', '']];
      throw new Error('gone');
    }

    const outcome = await buffer(xlsxFile(columns, broken(), at)).then(
      () => 'whole',
      (error: unknown) => (error instanceof Error ? error.message : 'something else'),
    );

    expect(outcome).to.equal('gone');
  });
});

describe('an exported CSV', () => {
  it('begins with a byte order mark when asked to, and makes formulas harmless', async () => {
    const columns = [{ header: '=Name', kind: 'text', of: () => '' }] as const;
    const fileOf = (hasBom: boolean): Promise<string> =>
      text(csvFile(columns, pagesOf([[['\tx'], ['\ry'], ['-5'], ['-5x']]]), { hasBom }));

    expect(await fileOf(true)).to.equal(`\uFEFF'=Name\r\n'\tx\r\n"'\ry"\r\n-5\r\n'-5x\r\n`);
    expect((await fileOf(false)).startsWith("'=Name")).to.equal(true);
  });
});

async function text(pieces: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const piece of pieces) whole += piece;
  return whole;
}

async function* pagesOf<T>(pages: readonly T[]): AsyncGenerator<T> {
  yield* pages;
}
