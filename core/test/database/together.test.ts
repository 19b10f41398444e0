import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, prepare, runTogether, type Database } from '../../dist/database/index.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

const log = pino({ level: 'silent' });
const insert = prepare(
  'insert into notes values ($1::integer, 1 / $2::integer) returning id, pg_current_xact_id()::text',
);
const read = prepare('select id from notes where id = $1::integer');
const end = prepare('select pg_terminate_backend(pg_backend_pid()) where $1::integer = 0');
const endNow = 0;
const wait = prepare('select pg_advisory_xact_lock($1::integer)::text');

describe('runTogether', () => {
  let home: TestDatabase;
  let database: Database;
  /** Looks at what was stored from elsewhere. */
  let observer: Database;

  before(async () => {
    home = await createTestDatabase();
    observer = openDatabase({ url: home.url, poolSize: 1 }, log);
  });

  after(async () => {
    await observer.close();
    await home.drop();
  });

  beforeEach(async () => {
    database = openDatabase({ url: home.url, poolSize: 1 }, log);
    await database.knex.raw('drop table if exists notes');
    await database.knex.raw('create table notes (id integer primary key, share integer)');
    for (const [statement, ...values] of [[insert, -1, 1] as const, [read, 0] as const, [end, 1] as const])
      await run(statement, values);
  });

  afterEach(() => database.close());

  const run = (statement: ReturnType<typeof prepare>, values: readonly unknown[]) =>
    runTogether(database.knex, 'write', statement, values);
  const insertAll = (...rows: readonly (readonly [id: number, divisor: number])[]) =>
    Promise.allSettled(rows.map((row) => run(insert, row)));

  async function stored(): Promise<readonly number[]> {
    const { rows } = await observer.knex.raw<{ rows: { id: number }[] }>(
      'select id from notes where id > 0 order by id',
    );
    return rows.map(({ id }) => id);
  }

  it('answers each what it asked for, in whatever order and number', async () => {
    await insertAll([1, 1], [2, 1]);

    const answers = await Promise.all([run(read, [2]), run(read, [9]), run(insert, [3, 1]), run(read, [1])]);

    expect(answers.map((rows) => rows.map(([id]) => id))).to.deep.equal([[2], [], [3], [1]]);
  });

  it('commits those of one turn together, eight at most, and those of another by themselves', async () => {
    const ids = Array.from({ length: 11 }, (_, index) => index + 1);
    const together = await Promise.all(ids.map((id) => run(insert, [id, 1])));
    const transactions = together.map(([row]) => row?.[1]);
    const [later] = await run(insert, [12, 1]);

    expect(new Set(transactions.slice(0, 8)).size).to.equal(1);
    expect(new Set(transactions.slice(8)).size).to.equal(1);
    expect(new Set([...transactions, later?.[1]]).size).to.equal(3);
  });

  it('fails only who asked for what fails, and does the rest once', async () => {
    const outcomes = await insertAll([1, 1], [2, 0], [3, 1], [1, 1]);

    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(outcomes.map((outcome) => codeOf(outcome))).to.deep.equal([null, '22012', null, '23505']);
    expect(await stored()).to.deep.equal([1, 3]);
  });

  it('fails all whose connection ends and tries none again, as nobody knows what has happened', async () => {
    const asked = [run(insert, [1, 1]), run(end, [endNow]), run(insert, [2, 1])];
    const outcomes = await Promise.allSettled(asked);

    expect(outcomes.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    expect(await stored()).to.deep.equal([]);
  });

  it('does not wait for messages under way that wait for somebody else', async () => {
    const crowd = openDatabase({ url: home.url, poolSize: 3 }, log);
    const holder = await observer.knex.transaction();
    await holder.raw('select pg_advisory_xact_lock(7)');
    const waiting = [];
    for (let n = 0; n < 2; n += 1) {
      waiting.push(runTogether(crowd.knex, 'write', wait, [7]));
      await nextTurn();
    }

    expect(await runTogether(crowd.knex, 'write', insert, [1, 1])).to.have.length(1);

    await holder.rollback();
    await Promise.all(waiting);
    await crowd.close();
  });

  it('sends what the connection does not keep yet by itself', async () => {
    const fresh = prepare('select $1::integer * 2');

    const answers = await Promise.all([run(fresh, [4]), run(read, [-1]), run(fresh, [5]), run(read, [-1])]);

    expect(answers).to.deep.equal([[[8]], [[-1]], [[10]], [[-1]]]);
  });

  it('runs once what went by itself while the others failed', async () => {
    await database.knex.raw('create table marks (id integer)');
    const mark = prepare('insert into marks values ($1::integer)');

    const outcomes = await Promise.allSettled([run(mark, [1]), run(insert, [1, 0]), run(insert, [2, 1])]);

    expect(outcomes.map((outcome) => codeOf(outcome))).to.deep.equal([null, '22012', null]);
    const { rows } = await observer.knex.raw<{ rows: unknown[] }>('select id from marks');
    expect(rows).to.deep.equal([{ id: 1 }]);
  });

  it('refuses a value that cannot be sent to nobody but its sender', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;

    const outcomes = await Promise.allSettled([run(insert, [1, 1]), run(insert, [2, circular]), run(insert, [3, 1])]);

    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('prepares anew what the server no longer knows', async () => {
    await database.knex.raw('deallocate all');

    const outcomes = await insertAll([1, 1], [2, 1]);

    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled']);
    expect(await stored()).to.deep.equal([1, 2]);
    expect((await insertAll([3, 1], [4, 1])).map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled']);
  });

  it('stays in the transaction that it is asked for in', async () => {
    const changedMind = new Error('changed my mind');
    const ended = database.tx(async (trx) => {
      await Promise.all([1, 2].map((id) => runTogether(trx, 'write', insert, [id, 1])));
      throw changedMind;
    });

    expect(await ended.catch((error: unknown) => error)).to.equal(changedMind);
    expect(await stored()).to.deep.equal([]);
  });

  it('names nothing where the database cannot keep statements', async () => {
    const pooled = openDatabase({ url: home.url, poolSize: 1, canPrepare: false }, log);

    const answers = await Promise.all([1, 2].map((id) => runTogether(pooled.knex, 'write', insert, [id, 1])));

    expect(answers.map(([row]) => row?.[0])).to.deep.equal([1, 2]);
    const { rows } = await pooled.knex.raw<{ rows: unknown[] }>('select name from pg_prepared_statements');
    expect(rows).to.deep.equal([]);
    await pooled.close();
  });
});

function codeOf(outcome: PromiseSettledResult<unknown>): string | null {
  if (outcome.status === 'fulfilled') return null;
  const reason: unknown = outcome.reason;
  return reason instanceof Error ? String(Reflect.get(reason, 'code')) : String(reason);
}
