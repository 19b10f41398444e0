import { Account, defineEntity, field, Team, User, type ImportTransform } from '@trellis-crm/sdk';
import { expect } from 'chai';
import { importChunk, RowsRefused } from '../../dist/imports/engine/import-chunk.js';
import { PlannedRecords, type PlannedSet } from '../../dist/imports/engine/planned-records.js';
import { previewPorts } from '../../dist/imports/engine/preview-ports.js';
import { compileMapping } from '../../dist/imports/mapping/compile-mapping.js';
import { KeyLedger } from '../../dist/imports/mapping/key-ledger.js';
import type { ImportMapping } from '../../dist/imports/mapping/mapping.js';
import { draftRow, HeaderIndex } from '../../dist/imports/mapping/row-draft.js';
import { generationOf, MemoryRecords } from './memory-ports.js';

const accounts: ImportMapping = {
  source: 'test',
  records: [
    {
      entity: 'core.account',
      match: { externalId: 'account' },
      fields: {
        name: 'account',
        employees: 'employees',
        parent: { column: 'parent', ref: 'externalId', deferred: true },
      },
    },
  ],
};

const teams: ImportMapping = {
  source: 'test',
  records: [
    { entity: 'core.team', match: { externalId: 'team' }, fields: { name: 'team' } },
    {
      entity: 'core.user',
      match: { externalId: 'user' },
      fields: { name: 'user', team: { column: 'team', ref: 'externalId' } },
    },
    {
      entity: 'core.team',
      match: { externalId: 'team' },
      fields: { managers: { entries: [{ user: { column: 'boss', ref: 'externalId' } }] } },
    },
  ],
};

describe('importChunk', () => {
  it('creates records, then finds them again and changes nothing', async () => {
    const world = worldOf(accounts, ['account', 'employees', 'parent']);
    const rows = [
      ['Acme', '2,822', ''],
      ['Betatech', '5', 'Acme'],
    ];

    const first = await world.import(rows);
    const second = await world.import(rows);

    expect(first.totals()).to.deep.include({ created: 2, changed: 0, unchanged: 0, refused: 0 });
    expect(first.deferred.map(({ field: name, reference }) => [name, reference.key])).to.deep.equal([
      ['parent', 'Acme'],
    ]);
    expect(second.totals()).to.deep.include({ created: 0, changed: 1, unchanged: 1 });
    expect((await world.import(rows)).totals()).to.deep.include({ created: 0, changed: 0, unchanged: 2 });
    expect(world.records.of('core.account')[0]).to.include({ name: 'Acme', employees: 2822 });
  });

  it('names line, column and reason, and lets the good rows in', async () => {
    const world = worldOf(accounts, ['account', 'employees', 'parent']);

    const result = await world.import([
      ['Acme', 'many', ''],
      ['', '1', ''],
      ['Good', '1', ''],
    ]);

    expect(result.problems.map(({ line, column, code }) => [line, column, code])).to.deep.equal([
      [2, 'employees', 'not_a_whole_number'],
      [3, 'account', 'no_key'],
    ]);
    expect(result.totals()).to.deep.include({ created: 1, refused: 2 });
  });

  it('refuses a row that contradicts an earlier one, and remarks on one that repeats it', async () => {
    const world = worldOf(accounts, ['account', 'employees', 'parent']);

    const result = await world.import([
      ['Acme', '1', ''],
      ['Acme', '1', ''],
      ['Acme', '2', ''],
    ]);

    expect(result.problems.map(({ line, code, kind }) => [line, code, kind])).to.deep.equal([
      [3, 'repeated_row', 'notice'],
      [4, 'duplicate_key', 'error'],
    ]);
    expect(result.totals()).to.deep.include({ created: 1, unchanged: 0, refused: 1, notices: 1 });
  });

  it('makes shared records once and counts what it has just made once', async () => {
    const world = worldOf(teams, ['team', 'user', 'boss']);

    const result = await world.import([
      ['East', 'Ann', 'Ann'],
      ['East', 'Bob', 'Ann'],
    ]);

    expect(result.totals().entities).to.deep.equal({
      'core.team': { created: 1, changed: 0, unchanged: 0 },
      'core.user': { created: 2, changed: 0, unchanged: 0 },
    });
    const [ann] = world.records.of('core.user');
    expect(world.records.of('core.team')[0]).to.deep.include({ managers: [{ user: ann?.['id'] }] });
  });

  it('keeps a row out as a whole when a later place of it fails', async () => {
    const world = worldOf(teams, ['team', 'user', 'boss']);

    const error = await world
      .import([
        ['East', 'Ann', 'Nobody'],
        ['West', 'Bob', 'Bob'],
      ])
      .catch((thrown: unknown) => thrown);

    expect(error).to.be.instanceOf(RowsRefused);
    const again = worldOf(teams, ['team', 'user', 'boss']);
    const result = await again.import(
      [
        ['East', 'Ann', 'Nobody'],
        ['West', 'Bob', 'Bob'],
      ],
      error instanceof RowsRefused ? error.problems : [],
    );
    expect(result.problems).to.deep.include({
      line: 2,
      column: 'boss',
      code: 'unknown_reference',
      message: 'There is no user "Nobody".',
      kind: 'error',
      value: 'Nobody',
    });
    expect(again.records.of('core.team').map(({ name }) => name)).to.deep.equal(['West']);
  });

  it('lets a transformation fill read-only fields and refuse rows', async () => {
    const Ticket = defineEntity('test.ticket', {
      plural: 'tickets',
      fields: {
        name: field.text({ required: true }),
        status: field.choice(['open', 'done'], { readOnly: true, default: 'open' }),
      },
      title: 'name',
    });
    const transform: ImportTransform = {
      entity: Ticket,
      fields: { word: field.text() },
      apply: async (_, rows) =>
        rows.map(({ word, ...values }) =>
          word === 'bad'
            ? { refused: [{ field: 'word', code: 'unknown_word', message: 'No such word' }] }
            : { values: { ...values, status: 'done' } },
        ),
    };
    const mapping: ImportMapping = {
      source: 'test',
      records: [{ entity: 'test.ticket', fields: { name: 'name', word: 'state' } }],
    };
    const world = worldOf(mapping, ['name', 'state'], generationOf([Ticket], [transform]));

    const result = await world.import([
      ['One', 'fine'],
      ['Two', 'bad'],
    ]);

    expect(world.records.of('test.ticket').map(({ name, status }) => [name, status])).to.deep.equal([['One', 'done']]);
    expect(result.problems).to.deep.equal([
      { line: 3, column: 'state', code: 'unknown_word', message: 'No such word', kind: 'error' },
    ]);
  });

  it('counts in a dry run what it would do, and writes nothing', async () => {
    const world = worldOf(teams, ['team', 'user', 'boss']);
    const rows = [
      ['East', 'Ann', 'Ann'],
      ['East', 'Bob', 'Ann'],
    ];

    const dry = await world.import(rows, [], new PlannedRecords().openSet());

    expect(world.records.of('core.team')).to.deep.equal([]);
    expect(dry.totals()).to.deep.equal((await world.import(rows)).totals());
  });
});

describe('compileMapping', () => {
  it('names every column the file does not have', () => {
    expect(() => worldOf(accounts, ['account', 'staff'])).to.throw('needs "employees", "parent"');
  });

  it('points at unknown entities, unknown fields and fields that cannot be imported', () => {
    const mapping: ImportMapping = {
      source: 'test',
      records: [
        { entity: 'core.user', fields: { name: 'a', role: 'a', shoeSize: 'a' } },
        { entity: 'sales.deal', fields: { name: 'a' } },
      ],
    };

    const error = errorOf(() =>
      compileMapping(mapping, { generation: generationOf([User]), header: ['a'], baseCurrency: 'EUR' }),
    );

    expect(error.errors.map(({ pointer, code }) => [pointer, code])).to.deep.equal([
      ['/mapping/records/0/fields/role', 'read_only'],
      ['/mapping/records/0/fields/shoeSize', 'unknown_field'],
      ['/mapping/records/1/entity', 'unknown_entity'],
    ]);
  });
});

function errorOf(act: () => unknown): {
  readonly errors: readonly { readonly pointer: string; readonly code: string }[];
} {
  try {
    act();
  } catch (error) {
    return error as { errors: { pointer: string; code: string }[] };
  }
  throw new Error('nothing was thrown');
}

function worldOf(mapping: ImportMapping, header: readonly string[], generation = generationOf([Account, Team, User])) {
  const records = new MemoryRecords(generation);
  const compiled = compileMapping(mapping, { generation, header, baseCurrency: 'EUR' });
  return {
    records,
    async import(
      cells: readonly (readonly string[])[],
      refused: Parameters<typeof importChunk>[3] = [],
      planned?: PlannedSet,
    ) {
      const ledger = new KeyLedger();
      const rows = cells.map((row, index) =>
        draftRow({ line: index + 2, cells: row }, compiled, new HeaderIndex(header), ledger),
      );
      const ports = records.ports();
      return importChunk(rows, compiled, planned === undefined ? ports : previewPorts(ports, planned), refused);
    },
  };
}
