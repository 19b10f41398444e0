import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, prepare, runPrepared, type Database } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const time = new Date('2026-01-05T09:30:00.123Z');

/** Type in PostgreSQL, what is given, and what comes back when it is something else. */
const cases: readonly (readonly [type: string, given: unknown, back?: unknown])[] = [
  ['text', 'Ünïcödé "quoted" \\ back'],
  ['text', ''],
  ['text', null],
  ['text', undefined, null],
  ['integer', -7],
  ['bigint', 12n, 12],
  ['boolean', false],
  ['numeric', 12.5, '12.5'],
  ['timestamptz', time],
  ['bytea', Buffer.from([0, 255, 92])],
  ['jsonb', { a: [1, null, 'x"y'] }],
  ['text[]', ['a,b', 'c"d', 'e\\f', '{}', '', 'NULL', null]],
  [
    'integer[][]',
    [
      [1, 2],
      [3, null],
    ],
  ],
  ['uuid[]', []],
  ['bytea[]', [Buffer.from([1, 34, 92])]],
  ['boolean[]', [true, false]],
];

describe('Values of a statement', () => {
  let home: TestDatabase;
  let database: Database;

  before(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url, poolSize: 1 }, pino({ level: 'silent' }));
  });

  after(async () => {
    await database.close();
    await home.drop();
  });

  for (const [type, given, back = given] of cases) {
    it(`arrive as they are: ${JSON.stringify(given, readable)} as ${type}`, async () => {
      const [row] = await runPrepared(database.knex, prepare(`select $1::${type}`), [given]);

      expect(row).to.deep.equal([back]);
    });
  }

  it('are refused where they do not fit, and the connection goes on', async () => {
    const error: unknown = await runPrepared(database.knex, prepare('select $1::integer'), ['x']).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.include({ code: '22P02' });
    expect(await runPrepared(database.knex, prepare('select $1::integer'), [1])).to.deep.equal([[1]]);
  });

  it('that JavaScript cannot hold fail the statement that reads them, and no other', async () => {
    const huge = prepare('select 9007199254740993::bigint');
    const error: unknown = await runPrepared(database.knex, huge, []).catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(RangeError);
    expect(await runPrepared(database.knex, prepare('select 1'), [])).to.deep.equal([[1]]);
  });
});

function readable(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
