import { expect } from 'chai';
import { fileOfBytes, type ImportFile } from '../../dist/imports/files/import-file.js';
import { openTable, type TableOptions } from '../../dist/imports/files/open-table.js';
import { openImportHost } from './import-host.js';
import { sheetXml, spreadsheetOf, textRows, zipOf, type XlsxParts } from './xlsx-parts.js';

const sheet = 'xl/worksheets/sheet1.xml';

describe('a spreadsheet', () => {
  it('gives shared texts, numbers, dates, percentages, yes and no, and what formulas came to', async () => {
    const styles =
      '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/><numFmt numFmtId="165" formatCode="#,##0 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="165"/></cellXfs></styleSheet>';
    const texts =
      '<sst><si><t>name</t></si><si><r><t>Anna </t></r><r><t>B.</t></r><rPh><t>phonetic</t></rPh></si><si><t>two&#10;lines_x000D_</t></si></sst>';
    const head = `<row r="1"><c r="A1" t="s"><v>0</v></c>${textRows([['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']]).replaceAll(/<\/?row>/g, '')}</row>`;
    const row =
      '<row r="3"><c r="A3" t="s"><v>1</v></c><c r="B3" s="1"><v>46349</v></c><c r="C3" s="2"><v>46349.5</v></c><c r="D3" s="3"><v>0.125</v></c><c r="E3" t="b"><v>1</v></c><c r="F3"><f>1+1</f><v>2</v></c><c r="G3" t="e"><v>#N/A</v></c><c r="H3"><v>0.30000000000000004</v></c><c r="I3" s="4"><v>30</v></c></row>';
    const last = '<row r="4"><c r="A4" t="s"><v>2</v></c><c r="C4" t="str"><f>A1</f><v>cached</v></c></row>';

    const lines = await linesOf(
      spreadsheetOf(head + row + last, { 'xl/styles.xml': styles, 'xl/sharedStrings.xml': texts }),
    );

    expect(lines).to.deep.equal([
      'name,b,c,d,e,f,g,h,i',
      '',
      'Anna B.,2026-11-23,2026-11-23 12:00:00,12.5%,true,2,,0.3,30',
      'two\u2028lines\u2028,,cached,,,,,,',
    ]);
  });

  it('counts days from 1904 where the workbook does, and knows that 1900 had no 29 February', async () => {
    const styles = '<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>';
    const workbook =
      '<workbook xmlns:r="x"><workbookPr date1904="1"/><sheets><sheet name="People" r:id="rId1"/></sheets></workbook>';
    const rows = `${textRows([['day', 'other']])}<row><c s="0"><v>59</v></c><c s="0"><v>61</v></c></row>`;

    const usual = await linesOf(spreadsheetOf(rows, { 'xl/styles.xml': styles }));
    const mac = await linesOf(spreadsheetOf(rows, { 'xl/styles.xml': styles, 'xl/workbook.xml': workbook }));

    expect([usual[1], mac[1]]).to.deep.equal(['1900-02-28,1900-03-01', '1904-02-29,1904-03-02']);
  });

  it('begins at the row with the names of its columns, found or named; titles above are left out', async () => {
    const rows = [
      ['Customers of the North'],
      ['exported on', '2026-11-23'],
      ['name', 'industry', 'city', 'phone', 'web', 'note'],
      ['Acme', 'Steel', 'Bonn', '1', 'a.test', 'x'],
    ];
    const found = await openTable(fileOfBytes('x.xlsx', spreadsheetOf(textRows(rows))));
    const named = await openTable(fileOfBytes('x.xlsx', spreadsheetOf(textRows(rows))), { headerRow: 4 });
    const plain = await openTable(fileOfBytes('x.xlsx', spreadsheetOf(textRows([['a'], ['1', '2']]))));

    expect(found.header).to.deep.equal(['name', 'industry', 'city', 'phone', 'web', 'note']);
    expect(named.header).to.deep.equal(['Acme', 'Steel', 'Bonn', '1', 'a.test', 'x']);
    expect(plain.header).to.deep.equal(['a']);
    const lines = await linesOf(spreadsheetOf(textRows(rows)));
    expect(lines.slice(0, 3)).to.deep.equal(['', '', 'name,industry,city,phone,web,note']);
  });

  it('is read by the sheet that is named, without those that are hidden', async () => {
    const parts = {
      'xl/workbook.xml':
        '<workbook xmlns:r="x"><sheets><sheet name="Secret" state="hidden" r:id="rId1"/><sheet name="One" r:id="rId1"/><sheet name="Two" r:id="rId2"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels':
        '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/worksheet" Target="worksheets/sheet2.xml"/></Relationships>',
      'xl/worksheets/sheet2.xml': sheetXml(textRows([['second'], ['x']])),
    };
    const bytes = spreadsheetOf(textRows([['first'], ['y']]), parts);

    const table = await openTable(fileOfBytes('x.xlsx', bytes));
    const other = await openTable(fileOfBytes('x.xlsx', bytes), { sheet: 'Two' });

    expect([table.sheets, table.sheet, table.header]).to.deep.equal([['One', 'Two'], 'One', ['first']]);
    expect(other.header).to.deep.equal(['second']);
    expect(await refusalOf(bytes, { sheet: 'Secret' })).to.include({ code: 'unknown_sheet' });
  });

  it('is imported with the row of the sheet in what is said about it', async () => {
    const world = await openImportHost();
    const rows = [
      ['name', 'employees'],
      ['Acme "Inc", Ltd', '12'],
      ['Beta\nof two lines', 'many'],
      ['', 'none'],
    ];

    const record = await world.import(spreadsheetOf(textRows(rows)), { entity: 'core.account' });

    expect(record).to.include({ format: 'xlsx', sheet: 'People', rowCount: 3 });
    expect(record.totals).to.deep.include({ created: 1, refused: 2 });
    const problems = await world.imports.problems(record, 9);
    expect(problems.map(({ line, column, value }) => [line, column, value])).to.deep.include.members([
      [3, 'employees', 'many'],
    ]);
    await world.close();
  });

  const huge = Buffer.alloc(40 * 1024 * 1024, ' ');
  const doctype = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>`;
  const bombs: [string, () => Buffer, string][] = [
    ['a part that unfolds 1,000-fold', () => spreadsheetOf('', { [sheet]: huge }), 'spreadsheet_too_large'],
    [
      'entities that unfold each other',
      () => spreadsheetOf('', { [sheet]: doctype + sheetXml('<row><c t="inlineStr"><is><t>&b;</t></is></c></row>') }),
      'broken_spreadsheet',
    ],
    [
      'an entity that nobody declared',
      () => spreadsheetOf('<row><c t="str"><v>&b;</v></c></row>'),
      'broken_spreadsheet',
    ],
    ['a row behind the last one', () => spreadsheetOf('<row r="99999999"><c><v>1</v></c></row>'), 'broken_spreadsheet'],
    ['a column behind the last one', () => spreadsheetOf('<row><c r="ZZZ1"><v>1</v></c></row>'), 'broken_spreadsheet'],
    ['a cell of 100,000 characters', () => spreadsheetOf(textRows([['a'.repeat(100_000)]])), 'spreadsheet_too_large'],
    [
      '2,000 columns',
      () => spreadsheetOf(textRows([Array.from({ length: 2000 }, (_, n) => `c${n}`)])),
      'too_many_columns',
    ],
    ['XML that is cut off', () => spreadsheetOf('', { [sheet]: '<worksheet><sheetData><row>' }), 'broken_spreadsheet'],
    ['no sheet', () => spreadsheetOf('', { 'xl/workbook.xml': '<workbook/>' }), 'broken_spreadsheet'],
    ['an archive of other things', () => zipOf({ 'a.txt': 'hello' }), 'not_a_spreadsheet'],
    ['a sheet without rows', () => spreadsheetOf(''), 'empty_file'],
  ];
  for (const [what, make, code] of bombs) {
    it(`is refused with ${what}`, async () => {
      expect(await refusalOf(make())).to.include({ code, status: 422 });
    });
  }

  it('is refused when it lists without end, or only opens tags', async () => {
    const many = 70_001;
    const bombs: readonly XlsxParts[] = [
      { 'xl/workbook.xml': `<workbook><sheets>${'<sheet/>'.repeat(many)}</sheets></workbook>` },
      { 'xl/_rels/workbook.xml.rels': `<Relationships>${'<Relationship/>'.repeat(many)}</Relationships>` },
      { 'xl/styles.xml': `<styleSheet><cellXfs>${'<xf/>'.repeat(many)}</cellXfs></styleSheet>` },
      { 'xl/worksheets/sheet1.xml': '<a>'.repeat(101) },
    ];

    for (const bomb of bombs) {
      const refusal = await refusalOf(spreadsheetOf(textRows([['a']]), bomb));
      expect(refusal).to.include({ code: 'spreadsheet_too_large' });
    }
  });

  it('is refused when a part unfolds beyond what the directory says, without unfolding it', async () => {
    const parts: XlsxParts = { ...framed(), [sheet]: Buffer.alloc(64 * 1024 * 1024, 'x') };
    const bytes = zipOf(parts, { [sheet]: { uncompressedSize: 1000 } });

    expect(await refusalOf(bytes)).to.include({ code: 'broken_spreadsheet' });
  });

  it('is opened after two others, whoever sends them', async () => {
    const bytes = spreadsheetOf(textRows([['name'], ['A']]));
    const gate = Promise.withResolvers<null>();
    const opened = new Set<number>();
    const fileOf = (number: number): ImportFile => {
      const file = fileOfBytes('people.xlsx', bytes);
      return {
        ...file,
        async *read(from = 0, to = bytes.length) {
          // The first bytes tell what it is.
          if (from > 0) {
            opened.add(number);
            await gate.promise;
          }
          yield* file.read(from, to);
        },
      };
    };

    const tables = [1, 2, 3].map((number) => openTable(fileOf(number)));
    await openTable(fileOfBytes('people.csv', Buffer.from('name\nA\n')));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    const together = [...opened];
    gate.resolve(null);

    expect(together).to.deep.equal([1, 2]);
    expect((await Promise.all(tables)).map(({ header }) => header)).to.deep.equal([['name'], ['name'], ['name']]);
    expect(opened.size).to.equal(3);
  });

  it('with a row far below writes one line break for each row between, and no cell', async () => {
    const lines = await linesOf(
      spreadsheetOf(`${textRows([['name']])}<row r="1000000"><c t="str"><v>far</v></c></row>`),
    );

    expect([lines.length, lines.at(-1)]).to.deep.equal([1_000_000, 'far']);
  });
});

function framed(): XlsxParts {
  return {
    '[Content_Types].xml': '<Types/>',
    'xl/workbook.xml': '<workbook xmlns:r="x"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
  };
}

async function linesOf(bytes: Buffer): Promise<readonly string[]> {
  const table = await openTable(fileOfBytes('x.xlsx', bytes));
  const pieces: Buffer[] = [];
  for await (const piece of table.text()) pieces.push(piece);
  return Buffer.concat(pieces).toString().trimEnd().split('\n');
}

async function refusalOf(bytes: Buffer, options: TableOptions = {}): Promise<unknown> {
  try {
    const table = await openTable(fileOfBytes('x.xlsx', bytes), options);
    for await (const _ of table.text()) continue;
    return 'nothing was refused';
  } catch (error) {
    return error;
  }
}
