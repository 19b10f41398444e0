import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Migration } from '@trellis-crm/sdk';
import { references } from '@trellis-crm/sdk/migrations/v1';
import { expect } from 'chai';
import type { Client } from 'pg';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import {
  compareWithLedger,
  loadCoreMigrations,
  migrate,
  readLedger,
  revertLast,
  type ModuleMigrations,
} from '../../dist/database/migrator/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const log = pino({ level: 'silent' });

function moduleOf(...migrations: readonly Migration[]): ModuleMigrations {
  return {
    module: 'notes',
    schemaName: 'p_notes',
    migrations,
    hashes: new Map(migrations.map(({ name }) => [name, `hash of ${name}`])),
  };
}

const createNotes: Migration = {
  name: '20260101000000_create-notes',
  phase: 'expand',
  async up({ schema }) {
    await schema.createTable('notes', (table) => {
      table.uuid('id').notNullable();
      table.primary(['id']);
      table.text('text').notNullable().defaultTo(`'who; \n what?'`);
      table.index(['text desc', 'id'], { where: 'text is not null' });
    });
    await schema.createTable('replies', (table) => {
      table.integer('number').notNullable();
      references(table, 'note_id', 'p_notes.notes', { onDelete: 'cascade' });
    });
  },
  async down({ schema }) {
    await schema.dropTable('replies');
    await schema.dropTable('notes');
  },
};

const fillTexts: Migration = {
  name: '20260102000000_fill-texts',
  phase: 'data',
  up: ({ inBatches, sql }) =>
    inBatches(async () => {
      const rows = await sql(
        `update p_notes.replies set number = 7 where ctid in (select ctid from p_notes.replies where number <> 7 limit 2) returning 1`,
      );
      return rows.length;
    }),
};

const indexNumbers: Migration = {
  name: '20260103000000_index-numbers',
  phase: 'index',
  up: ({ schema }) => schema.alterTable('replies', (table) => table.index(['number'], { name: 'replies_number' })),
};

const limitNumbers: Migration = {
  name: '20260104000000_limit-numbers',
  phase: 'expand',
  up: ({ schema }) => schema.alterTable('replies', (table) => table.check('replies_number_limit', 'number < 10')),
};

const validateNumbers: Migration = {
  name: '20260105000000_validate-numbers',
  phase: 'validate',
  up: ({ schema }) => schema.alterTable('replies', (table) => table.check('replies_number_limit', 'number < 10')),
};

const dropText: Migration = {
  name: '20260106000000_drop-text',
  phase: 'contract',
  up: ({ schema }) => schema.alterTable('notes', (table) => table.dropColumn('text')),
};

describe('migrate', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let client: Client;

  beforeEach(async () => {
    testDatabase = await createTestDatabase();
    database = openDatabase({ url: testDatabase.url }, log);
    client = await database.connectDirect();
  });

  afterEach(async () => {
    await client.end();
    await database.close();
    await testDatabase.drop();
  });

  async function scalar(sql: string): Promise<unknown> {
    const { rows } = await client.query<{ value: unknown }>(sql);
    return rows[0]?.value;
  }

  it('takes core tables up, down and up again', async () => {
    const core = await loadCoreMigrations();
    const count = core.migrations.length;

    const first = await migrate(client, [core], { log });
    for (const _ of core.migrations) await revertLast(client, core, { log });
    const left = await scalar(
      `select count(*) as value from pg_class where relnamespace = 'core'::regnamespace and relkind = 'r'`,
    );
    const second = await migrate(client, [core], { log });

    expect(first.applied).to.have.length(count);
    expect(left).to.equal(1);
    expect(second.applied).to.have.length(count);
  });

  it('does nothing the second time', async () => {
    await migrate(client, [moduleOf(createNotes)], { log });

    const report = await migrate(client, [moduleOf(createNotes)], { log });

    expect(report).to.deep.equal({ applied: [], postponed: [] });
  });

  it('runs the phases in their order, batch by batch, without blocking constraints', async () => {
    await migrate(client, [moduleOf(createNotes)], { log });
    await client.query('insert into p_notes.replies (number) select n from generate_series(1, 5) n');

    const report = await migrate(
      client,
      [moduleOf(createNotes, fillTexts, indexNumbers, limitNumbers, validateNumbers, dropText)],
      { log },
    );

    expect(report.applied.map((name) => name.split('_')[1])).to.deep.equal([
      'limit-numbers',
      'fill-texts',
      'index-numbers',
      'validate-numbers',
      'drop-text',
    ]);
    expect(await scalar('select count(*) as value from p_notes.replies where number = 7')).to.equal(5);
    expect(
      await scalar(`select convalidated as value from pg_constraint where conname = 'replies_number_limit'`),
    ).to.equal(true);
    expect(
      await scalar(`select indisvalid as value from pg_index where indexrelid = 'p_notes.replies_number'::regclass`),
    ).to.equal(true);
  });

  it('replaces an index that a crash left invalid', async () => {
    await migrate(client, [moduleOf(createNotes)], { log });
    await client.query('create index replies_number on p_notes.replies (number)');
    await client.query(`update pg_index set indisvalid = false where indexrelid = 'p_notes.replies_number'::regclass`);

    await migrate(client, [moduleOf(createNotes, indexNumbers)], { log });

    expect(
      await scalar(`select indisvalid as value from pg_index where indexrelid = 'p_notes.replies_number'::regclass`),
    ).to.equal(true);
  });

  it('applies nothing of an operation when one of its expand migrations fails', async () => {
    const broken: Migration = {
      name: '20260102000000_broken',
      phase: 'expand',
      async up({ sql }) {
        await sql('select 1 / 0');
      },
    };

    const error = await migrate(client, [moduleOf(createNotes, broken)], { log }).catch((reason: unknown) => reason);

    expect(error).to.include({ code: 'migration_failed' });
    expect(error).to.have.property('message').that.contains('20260102000000_broken of notes failed: division by zero');
    expect(await scalar(`select to_regnamespace('p_notes') as value`)).to.equal(null);
    expect(await readLedger(client, 'notes')).to.deep.equal([]);
  });

  it('waits for a lock that another session holds on a table', async () => {
    await migrate(client, [moduleOf(createNotes)], { log });
    const reader = await database.connectDirect();
    await reader.query('begin; select 1 from p_notes.replies');
    const running = migrate(client, [moduleOf(createNotes, limitNumbers)], { log });
    setTimeout(() => void reader.query('commit'), 2300);

    const report = await running;
    await reader.end();

    expect(report.applied).to.deep.equal(['notes/20260104000000_limit-numbers']);
  }).timeout(10_000);

  it('postpones contract migrations while an old process lives', async () => {
    const report = await migrate(client, [moduleOf(createNotes, dropText)], {
      log,
      mayContract: () => Promise.resolve(false),
    });

    expect(report.postponed).to.deep.equal(['notes/20260106000000_drop-text']);
    expect(
      await scalar(
        `select count(*) as value from pg_attribute where attrelid = 'p_notes.notes'::regclass and attname = 'text'`,
      ),
    ).to.equal(1);
  });

  it('refuses a migration that was edited after it was applied', async () => {
    await migrate(client, [moduleOf(createNotes)], { log });
    const edited = { ...moduleOf(createNotes), hashes: new Map([[createNotes.name, 'another']]) };

    const error = await migrate(client, [edited], { log }).catch((reason: unknown) => reason);

    expect(error).to.include({ code: 'migration_changed' });
  });

  it('lets old code run on a newer schema unless a contract migration is unknown to it', async () => {
    await migrate(client, [moduleOf(createNotes, limitNumbers)], { log });
    const afterExpand = compareWithLedger(moduleOf(createNotes), await readLedger(client));
    await migrate(client, [moduleOf(createNotes, limitNumbers, dropText)], { log });
    const afterContract = compareWithLedger(moduleOf(createNotes, limitNumbers), await readLedger(client));

    const error = await migrate(client, [moduleOf(createNotes, limitNumbers)], { log }).catch(
      (reason: unknown) => reason,
    );

    expect(afterExpand.needsUpgrade).to.equal(false);
    expect(afterExpand.unknown).to.have.length(1);
    expect(afterContract.needsUpgrade).to.equal(true);
    expect(error).to.include({ code: 'database_newer' });
  });

  it('refuses lists out of order and names of another form', () => {
    const outOfOrder = (): unknown => compareWithLedger(moduleOf(fillTexts, createNotes), []);
    const misnamed = (): unknown => compareWithLedger(moduleOf({ ...createNotes, name: 'create' }), []);

    expect(outOfOrder).to.throw('order of their names');
    expect(misnamed).to.throw('YYYYMMDDHHMMSS_kebab-name');
  });

  it('succeeds in three processes that start at once on an empty database', async () => {
    const script = fileURLToPath(new URL('./migrate-process.js', import.meta.url));

    const codes = await Promise.all(
      [1, 2, 3].map(async () => {
        const child = fork(script, [testDatabase.url]);
        const [code] = (await once(child, 'exit')) as [number];
        return code;
      }),
    );

    expect(codes).to.deep.equal([0, 0, 0]);
    expect(await readLedger(client, 'core')).to.have.length((await loadCoreMigrations()).migrations.length);
  }).timeout(20_000);
});
