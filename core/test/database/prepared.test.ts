import { expect } from 'chai';
import type { Knex } from 'knex';
import { pino } from 'pino';
import {
  openDatabase,
  prepare,
  preparePlannedByValues,
  runPrepared,
  unprepared,
  type Database,
} from '../../dist/database/index.js';
import { maxKeptStatements } from '../../dist/database/kept-statements.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const log = pino({ level: 'silent' });
const kept = unprepared('select name from pg_prepared_statements order by prepare_time, name');
const sum = prepare('select $1::integer + $2::integer, $3::text');

describe('runPrepared', () => {
  let home: TestDatabase;
  let database: Database;

  before(async () => {
    home = await createTestDatabase();
    database = openDatabase({ url: home.url, poolSize: 1 }, log);
  });

  after(async () => {
    await database.close();
    await home.drop();
  });

  beforeEach(async () => {
    await database.knex.raw('drop table if exists things');
    await database.knex.raw('create table things (id integer)');
  });

  const run = (statement: ReturnType<typeof prepare>, values: readonly unknown[] = [], on: Knex = database.knex) =>
    runPrepared(on, statement, values);

  it('answers rows as arrays and keeps the statement on the connection under the name of its text', async () => {
    expect(await run(sum, [40, 2, 'a'])).to.deep.equal([[42, 'a']]);
    expect(await run(prepare(sum.text), [1, 2, null])).to.deep.equal([[3, null]]);

    expect((await run(kept)).flat()).to.deep.equal([sum.name]);
    expect(prepare('select 1').name).to.not.equal(sum.name);
  });

  it('has a statement planned for its values where that is asked, and goes on as before', async () => {
    const text = 'select id from things where id = $1::integer';
    const plans = 'select generic_plans::int, custom_plans::int from pg_prepared_statements where statement = $1';
    await run(prepare(text), [1]);

    expect(await run(preparePlannedByValues(text), [2])).to.deep.equal([]);
    expect(await run(preparePlannedByValues(text), [3])).to.deep.equal([]);
    const [own] = await run(unprepared(plans), [text]);
    await run(prepare(text), [4]);

    expect(own).to.deep.equal([1, 2]);
    expect((await run(unprepared(plans), [text]))[0]).to.deep.equal([2, 2]);
  });

  it('has one without a name planned so too, and in a transaction leaves the setting alone', async () => {
    const pooled = openDatabase({ url: home.url, poolSize: 1, canPrepare: false }, log);
    const setting = preparePlannedByValues(`select current_setting('plan_cache_mode')`);

    const outside = await run(setting, [], pooled.knex);
    const within = await pooled.tx((trx) => run(setting, [], trx));

    expect([outside, within]).to.deep.equal([[['force_custom_plan']], [['force_generic_plan']]]);
    expect(await run(unprepared(`show plan_cache_mode`), [], pooled.knex)).to.deep.equal([['force_generic_plan']]);
    await pooled.close();
  });

  it('names nothing where the database cannot keep statements', async () => {
    const pooled = openDatabase({ url: home.url, poolSize: 1, canPrepare: false }, log);

    expect(await run(sum, [40, 2, 'a'], pooled.knex)).to.deep.equal([[42, 'a']]);
    await pooled.tx((trx) => run(sum, [1, 1, 'b'], trx));

    expect(await run(kept, [], pooled.knex)).to.deep.equal([]);
    await pooled.close();
  });

  it('prepares anew when the columns of its answer changed', async () => {
    const all = prepare('select * from things');
    await run(all);
    await database.knex.raw('alter table things add column name text');
    expect(await bare(all)).to.equal('0A000');

    expect(await run(all)).to.deep.equal([]);
    expect((await run(kept)).flat()).to.deep.equal([`${all.name}_1`]);
  });

  it('prepares anew when the server has dropped it', async () => {
    await run(sum, [1, 1, 'a']);
    await database.knex.raw('deallocate all');
    expect(await bare(sum)).to.equal('26000');

    expect(await run(sum, [1, 2, 'a'])).to.deep.equal([[3, 'a']]);
  });

  it('cannot save a transaction, but the next one', async () => {
    const all = prepare('select * from things');
    const readAll = () => database.tx((trx) => run(all, [], trx));
    await readAll();
    await database.knex.raw('alter table things add column name text');

    expect(await codeOf(readAll())).to.equal('0A000');
    expect(await readAll()).to.deep.equal([]);
  });

  it('belongs to its transaction, and to none after it', async () => {
    const insert = prepare('insert into things values ($1::integer)');
    const ended = await database.tx(async (trx) => {
      await run(insert, [1], trx);
      return [trx] as const;
    });
    await database
      .tx(async (trx) => {
        await run(insert, [2], trx);
        throw new Error('changed my mind');
      })
      .catch(() => undefined);

    expect(await run(unprepared('select id from things'))).to.deep.equal([[1]]);
    expect(await codeOf(run(insert, [3], ended[0]))).to.equal('the transaction is over');
  });

  it('passes on errors of a statement and leaves the connection usable', async () => {
    expect(await codeOf(run(prepare('select 1 / $1::integer'), [0]))).to.equal('22012');
    expect(await codeOf(run(prepare('select from nowhere')))).to.equal('42P01');

    expect(await run(sum, [1, 2, 'a'])).to.deep.equal([[3, 'a']]);
  });

  it('keeps a limited number of statements', async () => {
    for (let n = 0; n < maxKeptStatements + 20; n += 1) await run(prepare(`select ${n}`));
    const names = (await run(kept)).flat();

    expect(names.length).to.be.at.most(maxKeptStatements);
    expect(await run(prepare('select 7'))).to.deep.equal([[7]]);
    expect(await sentTexts()).to.be.at.most(maxKeptStatements + 1);
  });

  /** The same statement as pg itself would run it, without our retry: proves that the fault is there. */
  function bare({ text }: ReturnType<typeof prepare>): Promise<string> {
    return withConnection((client) => {
      const [name] = Object.entries(client.connection.parsedStatements).find(([, sent]) => sent === text) ?? [''];
      return codeOf(client.query({ name, text, values: text === sum.text ? [1, 1, 'a'] : [] }));
    });
  }

  function sentTexts(): Promise<number> {
    return withConnection((client) => Promise.resolve(Object.keys(client.connection.parsedStatements).length));
  }

  async function withConnection<T>(use: (client: BareClient) => Promise<T>): Promise<T> {
    const pool = database.knex.client as BarePool;
    const client = await pool.acquireConnection();
    const result = await use(client);
    pool.releaseConnection(client);
    return result;
  }
});

interface BarePool {
  acquireConnection(): Promise<BareClient>;
  releaseConnection(client: BareClient): void;
}

interface BareClient {
  readonly connection: { readonly parsedStatements: Readonly<Record<string, string>> };
  query(config: { name: string; text: string; values: readonly unknown[] }): Promise<unknown>;
}

/** SQLSTATE of a rejection, or its message. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return error instanceof Error ? String('code' in error ? error.code : error.message) : String(error);
  }
}
