import { expect } from 'chai';
import { pino } from 'pino';
import { openDatabase, uuidV7 } from '../../dist/database/index.js';
import { openBus, TestClock } from './bus.js';
import { createEffects, readEffects, recordEffect } from './effects.js';
import { openEventDatabase, type EventDatabase } from './event-database.js';

describe('a lane of deliveries', () => {
  let database: EventDatabase;

  before(async () => {
    database = await openEventDatabase();
    await createEffects(database);
    await database.knex.raw('create table once (name text unique deferrable initially deferred)');
  });

  after(() => database.close());

  beforeEach(async () => {
    await database.knex.raw('truncate effects, once, core.events, core.pending_events, core.deliveries');
  });

  it('counts a commit that fails as a failure of its own delivery, and goes on with the others', async () => {
    const bus = await openBus(
      database,
      {
        first: async (unit, event) => {
          await recordEffect('first')(unit, event);
          await unit.trx('once').insert({ name: 'the same' });
        },
      },
      new TestClock(),
    );
    for (let count = 0; count < 5; count += 1) await bus.write(uuidV7(), 1);

    await bus.relay.drain();
    await bus.relay.drain();

    expect(await states()).to.deep.equal([
      { state: 'done', attempts: 1, count: 1 },
      { state: 'waiting', attempts: 1, count: 4 },
    ]);
    expect(await readEffects(database, 'first')).to.have.length(1);
    await bus.relay.close();
  });

  it('works where no statement can be kept', async () => {
    const plain = openDatabase({ url: database.url, canPrepare: false }, pino({ level: 'silent' }));
    const bus = await openBus(plain, { first: recordEffect('first') }, new TestClock());
    const account = uuidV7();
    await bus.write(account, 1, 2, 3);

    await bus.relay.drain();

    expect((await readEffects(plain, 'first')).map(({ version }) => version)).to.deep.equal([1, 2, 3]);
    await bus.relay.close();
    await plain.close();
  });

  async function states(): Promise<object[]> {
    const { rows } = await database.knex.raw<{ rows: object[] }>(
      'select state, attempts, count(*) from core.deliveries group by 1, 2 order by 1',
    );
    return rows;
  }
});
