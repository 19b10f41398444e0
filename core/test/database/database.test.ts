import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { isConnectionLost, isLockTimeout, isPoolTimeout, isStatementTimeout } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const log = pino({ level: 'silent' });

describe('openDatabase', () => {
  let home: TestDatabase;
  let database: Database;

  before(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url, poolSize: 2 }, log);
    await database.knex.schema.createTable('things', (table) => {
      table.integer('id').primary();
      table.integer('parent').references('id').inTable('things');
    });
  });

  after(async () => {
    await database.close();
    await home.drop();
  });

  it('reads money, dates and counts without losing anything, and time in UTC', async () => {
    const row = await first(
      `select 1234.50::numeric(19,4) as amount, date '2026-03-29' as day, count(*) as count, array[1.10::numeric] as amounts,
              timestamptz '2026-03-29 02:30:00+02' as at, current_setting('timezone') as zone`,
    );

    expect(row).to.deep.equal({
      amount: '1234.5000',
      day: '2026-03-29',
      count: 1,
      amounts: ['1.10'],
      at: new Date('2026-03-29T00:30:00Z'),
      zone: 'UTC',
    });
  });

  it('refuses a count that JavaScript cannot hold, rather than rounding it', async () => {
    expect(await failure(database.knex.raw('select 9007199254740993::int8'))).to.be.instanceOf(RangeError);
  });

  it('keeps what a transaction wrote only when it resolves', async () => {
    await database.tx((trx) => trx('things').insert({ id: 1 }));
    await failure(
      database.tx(async (trx) => {
        await trx('things').insert({ id: 2 });
        throw new Error('changed my mind');
      }),
    );

    expect(await database.knex('things').pluck('id')).to.deep.equal([1]);
  });

  it('gives up a statement, a lock and a wait for a connection, each with its own fault', async () => {
    const statement = failure(
      database.tx(async (trx) => {
        await trx.raw("set local statement_timeout = '50ms'");
        await trx.raw('select pg_sleep(5)');
      }),
    );
    expect(isStatementTimeout(await statement)).to.equal(true);

    await database.tx(async (trx) => {
      await trx('things').where({ id: 1 }).forUpdate();
      const lock = database.tx(async (other) => {
        await other.raw("set local lock_timeout = '50ms'");
        await other('things').where({ id: 1 }).forUpdate();
      });
      expect(isLockTimeout(await failure(lock))).to.equal(true);
      await database.tx(async () => {
        expect(isPoolTimeout(await failure(database.ping()))).to.equal(true);
      });
    });
  });

  it('heals after the server ended every connection', async () => {
    await Promise.all([database.ping(), database.ping()]);
    await terminateOthers();

    // The news may still be on its way when the first statement is sent.
    const first: unknown = await database.ping().catch((error: unknown) => error);
    expect(first === undefined || isConnectionLost(first)).to.equal(true);
    await database.ping();
  });

  it('tells a lost connection from a wrong statement', async () => {
    const lost = failure(
      database.tx(async (trx) => {
        await trx.raw('select pg_terminate_backend(pg_backend_pid())');
      }),
    );
    expect(isConnectionLost(await lost)).to.equal(true);

    expect(isConnectionLost(await failure(database.knex.raw('select nonsense')))).to.equal(false);
  });

  it('answers a server that refuses connections at once', async () => {
    const nowhere = openDatabase({ url: 'postgres://trellis@127.0.0.1:1/none' }, log);

    expect(isConnectionLost(await failure(nowhere.ping()))).to.equal(true);
    await nowhere.close();
  });

  it('opens a session of its own that no time-out ends', async () => {
    const client = await database.connectDirect();

    const { rows } = await client.query(`select current_setting('statement_timeout') as limit`);
    await client.end();

    expect(rows).to.deep.equal([{ limit: '0' }]);
  });

  async function first(sql: string): Promise<unknown> {
    const result: { rows: unknown[] } = await database.knex.raw(sql);
    return result.rows[0];
  }

  async function terminateOthers(): Promise<void> {
    const client = await database.connectDirect();
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await client.end();
  }
});

async function failure(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}
