import { Account, Contact, field, isTrellisError } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { compileDateFormat } from '../../dist/imports/mapping/date-format.js';
import { importableEntity } from '../../dist/imports/mapping/entity-fields.js';
import { guessMapping } from '../../dist/imports/mapping/guess-mapping.js';
import type { FieldSource } from '../../dist/imports/mapping/mapping.js';
import { parseMapping } from '../../dist/imports/mapping/parse-mapping.js';
import { compileTemplate } from '../../dist/imports/mapping/template.js';
import { readerFor } from '../../dist/imports/mapping/value-readers.js';
import { generationOf } from './memory-ports.js';

describe('readerFor', () => {
  const read = (declared: Parameters<typeof readerFor>[0]['field'], text: string, source: FieldSource = {}) =>
    readerFor({ field: declared, source, currency: 'USD', target: null })(text);

  const good: [string, Parameters<typeof read>, unknown][] = [
    ['millions exactly', [field.money(), '1100.04', { scale: '1000000' }], { amount: '1100040000', currency: 'USD' }],
    [
      'a decimal comma with groups',
      [field.money(), '1.234,56', { decimal: ',' }],
      { amount: '1234.56', currency: 'USD' },
    ],
    ['thousands', [field.integer(), '12,345'], 12345],
    ['a percentage', [field.percent(), '12.5 %'], 12.5],
    ['DD-MM-YY', [field.date(), '01-03-17', { format: 'DD-MM-YY', century: 2000 }], '2017-03-01'],
    ['a leap day', [field.date(), '2024-02-29'], '2024-02-29'],
    ['a moment with a zone', [field.dateTime(), '2026-01-05T10:00:00+02:00'], '2026-01-05T08:00:00.000Z'],
    ['a moment without one as UTC', [field.dateTime(), '2026-01-05 10:00'], '2026-01-05T10:00:00.000Z'],
    ['an option in any case', [field.choice(['read_only', 'open']), 'Read-Only'], 'read_only'],
    ['an option by another word', [field.choice(['won', 'lost']), 'Gewonnen', { values: { Gewonnen: 'won' } }], 'won'],
    ['several options', [field.choices(['a', 'b', 'c']), 'a; C;a'], ['a', 'c']],
    ['yes', [field.boolean(), 'Yes'], true],
    ['yes in other languages', [field.boolean(), 'JA'], true],
    ['no in other languages', [field.boolean(), '否'], false],
    ['yes by another word', [field.boolean(), 'Stamm', { values: { stamm: 'true' } }], true],
  ];
  for (const [what, args, value] of good) {
    it(`reads ${what}`, () => expect(read(...args)).to.deep.equal({ value }));
  }

  const zoned: [string, Parameters<typeof readerFor>[0]['field'], string, string, string][] = [
    ['a time of the mapping’s zone', field.dateTime(), 'Asia/Shanghai', '2026-01-05 07:00', '2026-01-04T23:00:00.000Z'],
    ['summer time', field.dateTime(), 'Europe/Berlin', '2026-07-05 14:00:05', '2026-07-05T12:00:05.000Z'],
    [
      'the second of an hour that comes twice',
      field.dateTime(),
      'Europe/Berlin',
      '2026-10-25T02:30:00+01:00',
      '2026-10-25T01:30:00.000Z',
    ],
    ['a zone of its own', field.dateTime(), 'Asia/Shanghai', '2026-01-05T10:00:00Z', '2026-01-05T10:00:00.000Z'],
    ['a day, which has no zone', field.date(), 'Asia/Shanghai', '2026-01-05', '2026-01-05'],
    ['the day of a moment there', field.date(), 'Asia/Shanghai', '2026-01-05T23:00:00Z', '2026-01-06'],
  ];
  for (const [what, declared, timeZone, text, value] of zoned) {
    it(`reads ${what}`, () => {
      const reader = readerFor({ field: declared, source: {}, currency: 'USD', target: null, timeZone });

      expect(reader(text)).to.deep.equal({ value });
    });
  }

  const bad: [string, Parameters<typeof read>, string][] = [
    ['30 February', [field.date(), '30-02-17', { format: 'DD-MM-YY' }], 'not_a_date'],
    ['month 13', [field.date(), '2017-13-01'], 'not_a_date'],
    ['a number with letters', [field.decimal(), '12O'], 'not_a_number'],
    ['half a person', [field.integer(), '1.5'], 'not_a_whole_number'],
    ['1,5 where the point is decimal', [field.decimal(), '1,5'], 'not_a_number'],
    ['an unknown option', [field.choice(['won']), 'Wno'], 'unknown_option'],
    ['maybe', [field.boolean(), 'maybe'], 'not_yes_or_no'],
  ];
  for (const [what, args, code] of bad) {
    it(`refuses ${what}`, () => expect(read(...args)).to.have.nested.property('problem.code', code));
  }
});

describe('compileDateFormat', () => {
  it('puts two-digit years into the century asked for', () => {
    expect(compileDateFormat('DD.MM.YY', 1900)('05.11.89')).to.deep.equal({ date: '1989-11-05', time: '00:00:00' });
  });

  it('reads the time of a format that has one', () => {
    expect(compileDateFormat('MM/DD/YYYY HH:mm')('1/5/2026 9:30')).to.deep.equal({
      date: '2026-01-05',
      time: '09:30:00',
    });
  });
});

describe('compileTemplate', () => {
  it('leaves out what stands in brackets when a column of it is empty', () => {
    const name = compileTemplate('{product}[ – {account}]');

    expect(name((column) => ({ product: 'GTX', account: 'Acme' })[column] ?? '')).to.equal('GTX – Acme');
    expect(name((column) => ({ product: 'GTX' })[column] ?? '')).to.equal('GTX');
  });
});

describe('parseMapping', () => {
  it('points at what is wrong', () => {
    const error = errorOf(() =>
      parseMapping('{"source":"x","records":[{"entity":"core.account","fields":{"name":{"colunm":"a"}}}]}'),
    );

    expect(error.code).to.equal('invalid_mapping');
    expect(error.errors.map(({ pointer }) => pointer)).to.include('/mapping/records/0/fields/name/colunm');
  });

  it('says when it is not JSON', () => {
    expect(errorOf(() => parseMapping('{'))).to.include({ code: 'malformed_mapping', status: 400 });
  });
});

describe('guessMapping', () => {
  it('recognises fields by their names and matches by title', () => {
    expect(guess(Account, ['Name', 'Founded year', 'employees', 'Shoe size'])).to.deep.equal({
      source: 'csv',
      records: [
        {
          entity: 'core.account',
          fields: { name: 'Name', foundedYear: 'Founded year', employees: 'employees' },
          match: { field: 'name' },
        },
      ],
    });
  });

  it('reads lists of one thing from one column, and matches contacts by e-mail', () => {
    const { records } = guess(Contact, ['name', 'E-mail', 'Phone', 'account'], {
      map: { 'E-mail': 'emails' },
    });

    expect(records[0]).to.deep.include({
      fields: { emails: 'E-mail', name: 'name', phones: 'Phone', accounts: 'account' },
      match: { field: 'emails.email' },
    });
  });

  it('refuses a file whose columns nobody knows, and one without a required field', () => {
    expect(errorOf(() => guess(Account, ['colour', 'size']))).to.include({
      code: 'no_columns_recognised',
    });
    expect(errorOf(() => guess(Account, ['industry']))).to.include({ code: 'missing_column' });
  });

  it('refuses to map to a field that is not there', () => {
    expect(errorOf(() => guess(Account, ['name'], { map: { name: 'nmae' } }))).to.include({
      code: 'unknown_field',
    });
  });
});

function guess(entity: typeof Account | typeof Contact, header: readonly string[], hints = {}) {
  const generation = generationOf([Account, Contact]);
  return guessMapping(importable(entity), { header, rows: [] }, generation, hints);
}

function importable(entity: typeof Account | typeof Contact) {
  const found = importableEntity(generationOf([Account, Contact]), entity.id);
  if (found === undefined) throw new Error('not importable');
  return found;
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
