import { expect } from 'chai';
import { pino, type Logger } from 'pino';
import { openDatabase, type Database } from '../../dist/database/index.js';
import { createCallRunner } from '../../dist/kernel/call-runner.js';
import { inScope, scopeFields } from '../../dist/logging/call-scope.js';
import { createTestDatabase, type TestDatabase } from '../../dist/testing/index.js';

interface Line {
  readonly msg: string;
  readonly sql?: string;
  readonly ms?: number;
  readonly plugin?: string;
  readonly call?: string;
  readonly requestId?: string;
}

const slow = 'select pg_sleep(0.06), ?::text';

describe('Slow queries', () => {
  let home: TestDatabase;
  let database: Database;
  let log: Logger;
  const lines: Line[] = [];

  before(async () => {
    home = await createTestDatabase();
    log = pino({ mixin: () => scopeFields() }, { write: (line) => void lines.push(JSON.parse(line) as Line) });
    database = openDatabase({ url: home.url, slowQueryMs: 50 }, log);
  });
  beforeEach(() => void lines.splice(0));
  after(async () => {
    await database.close();
    await home.drop();
  });

  it('are told with the plugin that ran them, its call and the request, and without their values', async () => {
    const calls = createCallRunner(log);

    await inScope({ module: 'core', what: '/accounts/:id', requestId: 'request-1' }, () =>
      calls.run({ module: 'sales', what: 'panel open-deals', timeoutMs: 5000 }, () =>
        database.knex.raw(slow, ['Mrs. Secret']),
      ),
    );

    const [line] = lines;
    expect(lines).to.have.length(1);
    expect(line).to.include({ msg: 'slow query', plugin: 'sales', call: 'panel open-deals', requestId: 'request-1' });
    expect(line?.sql).to.equal('select pg_sleep(0.06), $1::text');
    expect(line?.ms).to.be.at.least(50);
    expect(JSON.stringify(lines)).to.not.contain('Secret');
    expect(database.slowQueries.counts.get('sales')).to.equal(1);
  });

  it('are those of the call that sent them, however many run at once', async () => {
    await Promise.all(
      ['one', 'two', 'three'].map((module) =>
        inScope({ module, what: 'job', requestId: undefined }, async () => {
          await database.knex.raw(`select pg_sleep(0.06) as ${module}`);
        }),
      ),
    );

    expect(lines.map(({ plugin, sql }) => sql?.endsWith(` ${String(plugin)}`))).to.deep.equal([true, true, true]);
  });

  it('are told apart from quick and failed ones on the same connection', async () => {
    await database.tx(async (trx) => {
      await trx.raw('savepoint here');
      await trx.raw('select 1/0').catch(() => undefined);
      await trx.raw('rollback to here');
      await trx.raw('select 1');
      await trx.raw(slow, ['value']);
      await trx.raw('select 2');
    });

    expect(lines.map(({ sql }) => sql)).to.deep.equal(['select pg_sleep(0.06), $1::text']);
  });

  it('do not flood the log when everything is slow', async () => {
    const flooded = openDatabase({ url: home.url, slowQueryMs: 1 }, log);

    await Promise.all(Array.from({ length: 60 }, () => flooded.knex.raw('select pg_sleep(0.005)')));

    expect(lines).to.have.length(20);
    expect(flooded.slowQueries.counts.get('core')).to.equal(60);
    await flooded.close();
  });
});
